/** Why an admin decided about a job: how its problem ended, or why it was closed. Both people read it. */
import type { Escrow, PartyJob } from "../../api/deals";
import { Note } from "../../ui/Note";
import { t } from "../../words/words";

interface WhyKhayaDecidedProps {
  job: Pick<PartyJob, "closing">;
  escrow?: Escrow | undefined;
}

export function WhyKhayaDecided({ job, escrow }: WhyKhayaDecidedProps) {
  const decided = escrow?.dispute?.resolution?.reason;
  const reason = decided ?? job.closing?.reason;
  if (!reason) return null;
  return (
    <Note kind="info" title={t(decided ? "deals.why_decided" : "deals.why_closed")}>
      <p class="text">{reason}</p>
    </Note>
  );
}
