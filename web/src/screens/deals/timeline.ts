/** What happened with a job, oldest first. */
import type { Escrow, PartyJob } from "../../api/deals";
import { sharedBy } from "../../deal/shares";
import { money } from "../../words/format";
import { t } from "../../words/words";

export interface Happened {
  at: string;
  text: string;
  /** What somebody wrote about it. */
  note?: string;
}

/** Returns what is known to have happened, in the order of time. */
export function timelineOf(job: PartyJob, escrow?: Escrow): Happened[] {
  const worker = job.workerName ?? t("deal.the_worker");
  const events: (Happened | null)[] = [
    { at: job.createdAt, text: t("deals.event.posted") },
    when(job.acceptedAt, t("deals.event.accepted", { worker, amount: money(job.agreedCents ?? 0) })),
    when(job.startedAt, t("deals.event.started", { worker })),
    ...job.changes.map((one) => ({ at: one.at, text: t("deals.event.sent_back"), note: one.reason })),
    when(job.submission?.submittedAt, t("deals.event.submitted", { worker })),
    when(escrow?.dispute?.openedAt, t("deals.event.disputed")),
    when(job.completedAt, t("deals.event.completed")),
    job.cancellation &&
      !job.closing && {
        at: job.cancellation.at,
        text: t(`deals.event.cancelled_by_${job.cancellation.by as "buyer" | "worker" | "system"}`),
        ...(sharedBy(escrow) ? {} : { note: job.cancellation.reason }), // who got what stands above it
      },
    job.closing && { at: job.closing.at, text: t("deals.event.closed"), note: job.closing.reason },
  ].map((one) => one || null);
  return events
    .filter((one): one is Happened => one !== null)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function when(at: string | null | undefined, text: string): Happened | null {
  return at ? { at, text } : null;
}
