/** What a side can do about its job now: the acts of its row of the table that make sense for this very job. */
import type { Act } from "./acts";
import { type Escrow, type PartyJob, type Side, type Stage, stageOf } from "./stages";
import { NAMES, type Row, TABLE } from "./table";

export interface Known {
  job: PartyJob;
  side: Side;
  now: number;
  /** All of the escrow, where the screen reads it. */
  escrow?: Escrow | undefined;
}

/** Returns the stage, its row, and the acts that are possible. */
export function actsOf(known: Known): { stage: Stage; row: Row; main: Act | null; others: Act[] } {
  const { job, side, now, escrow } = known;
  const stage = stageOf(job, side, now, escrow);
  const row = TABLE[stage][side] ?? { sentence: NAMES[stage].word };
  const others = (row.others ?? []).filter((act) => isPossible(act, known));
  if (
    escrow?.chargeback?.status === "open" &&
    row.main !== "add_evidence" &&
    !others.includes("add_evidence")
  )
    others.push("add_evidence");
  return { stage, row, main: row.main && isPossible(row.main, known) ? row.main : null, others };
}

/** Whether an act of the row makes sense for this very job. */
function isPossible(act: Act, { job, escrow }: Known): boolean {
  const frozen = escrow?.chargeback?.status === "open";
  switch (act) {
    case "pay":
    case "pay_rest":
      return (job.escrow?.dueNowCents ?? 0) > 0;
    case "cancel":
      return !frozen;
    case "agree":
      return !frozen;
    case "see_dispute":
      return Boolean(escrow?.dispute);
    case "see_payout":
      return job.payment === "escrow";
    default:
      return true;
  }
}
