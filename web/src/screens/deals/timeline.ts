/** What happened with a job, oldest first. */
import type { Escrow, PartyJob } from "../../api/deals";
import { sharedBy } from "../../deal/shares";
import type { Side } from "../../deal/stages";
import { money } from "../../words/format";
import { isWord, t } from "../../words/words";

export interface Happened {
  at: string;
  text: string;
  /** What somebody wrote about it. */
  note?: string;
}

type Entry = Escrow["history"][number];

/** What only the person whose bank account it is about is told. */
const OWN: Partial<Record<Entry["kind"], Side>> = { payout: "worker", refund_paid: "buyer" };

/** Returns what is known to have happened, in the order of time, as one side reads it. */
export function timelineOf(job: PartyJob, side: Side, escrow?: Escrow): Happened[] {
  const worker = job.workerName ?? t("deal.the_worker");
  const events: (Happened | null)[] = [
    { at: job.createdAt, text: t("deals.event.posted") },
    when(job.acceptedAt, t("deals.event.accepted", { worker, amount: money(job.agreedCents ?? 0) })),
    when(job.startedAt, t("deals.event.started", { worker })),
    ...job.changes.map((one) => ({ at: one.at, text: t("deals.event.sent_back"), note: one.reason })),
    when(job.submission?.submittedAt, t("deals.event.submitted", { worker })),
    problem(job, escrow),
    decision(escrow),
    ...ofMoney(job, side, escrow),
    when(job.completedAt, t("deals.event.completed")),
    job.cancellation &&
      !job.closing && {
        at: job.cancellation.at,
        text: t(`deals.event.cancelled_by_${job.cancellation.by as "buyer" | "worker" | "system"}`),
        ...(sharedBy(job, escrow) ? {} : { note: job.cancellation.reason }), // who got what stands above it
      },
    job.closing && { at: job.closing.at, text: t("deals.event.closed"), note: job.closing.reason },
  ].map((one) => one || null);
  return events
    .filter((one): one is Happened => one !== null)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Returns who said that there is a problem, and what it is. */
function problem(job: PartyJob, escrow?: Escrow): Happened | null {
  if (!escrow?.dispute) return null;
  const { by, openedAt, reason } = escrow.dispute;
  const name = by === "worker" ? (job.workerName ?? t("deal.the_worker")) : job.buyerName;
  return { at: openedAt, text: t("deals.event.disputed", { name }), note: reason };
}

/** Returns the end of a problem that shared the money; the admin's reason with it, where one decided. */
function decision(escrow?: Escrow): Happened | null {
  const { decision: by, resolution } = escrow?.dispute ?? {};
  const word = `deals.decision_${by}`;
  if (!resolution?.at || !isWord(word)) return null;
  return { at: resolution.at, text: t(word), ...(resolution.reason && { note: resolution.reason }) };
}

/** Returns what was paid, released and given back; a copy of an earlier release has none. */
function ofMoney(job: PartyJob, side: Side, escrow?: Escrow): Happened[] {
  const names = { buyer: job.buyerName, worker: job.workerName ?? t("deal.the_worker") };
  return (escrow?.history ?? [])
    .filter(({ kind }) => (OWN[kind] ?? side) === side)
    .map(({ kind, amountCents, at }) => ({
      at,
      text: t(`deals.moved_${kind}`, { ...names, amount: money(amountCents) }),
    }));
}

function when(at: string | null | undefined, text: string): Happened | null {
  return at ? { at, text } : null;
}
