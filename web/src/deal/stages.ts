/** How far a job has come: its status and its escrow's as one name, by which the table is read. */
import type { components } from "../api/schema";

export type PartyJob = components["schemas"]["PartyJobView"];
export type Escrow = components["schemas"]["EscrowView"];
export type Side = "buyer" | "worker";

export const STAGES = [
  "open",
  "open_with_bids",
  "expired",
  "cancelled",
  "refunded",
  "refund_needs_account",
  "unpaid",
  "ready",
  "working_in_cash",
  "working",
  "sent_back_in_cash",
  "sent_back",
  "submitted_in_cash",
  "submitted_unpaid",
  "submitted",
  "submitted_frozen",
  "disputed_unpaid",
  "disputed",
  "completed",
  "reviewed",
  "payout_waiting",
] as const;
export type Stage = (typeof STAGES)[number];

/** Returns a person's side of a job; null for others, as an admin. */
export function sideOf(job: Pick<PartyJob, "buyerId" | "workerId">, userId: string | undefined): Side | null {
  if (userId === job.buyerId) return "buyer";
  return userId !== undefined && userId === job.workerId ? "worker" : null;
}

/** Whether the job still goes on: it is looked for in the running ones, not in the past. */
export function isRunning(job: Pick<PartyJob, "status">): boolean {
  return job.status === "open" || job.status === "in_progress";
}

/**
 * Returns how far a job has come for one side.
 *
 * Lists know only the summary of the escrow. With all of it, refunds and payouts that wait are known too.
 */
export function stageOf(job: PartyJob, side: Side, now: number, escrow?: Escrow): Stage {
  if (side === "buyer" && escrow?.refundStatus === "needs_account") return "refund_needs_account";
  switch (job.status) {
    case "open":
      if (Date.parse(job.expiresAt) <= now) return "expired";
      return job.bidCount > 0 ? "open_with_bids" : "open";
    case "expired":
      return "expired";
    case "cancelled":
      return statusOf(job, escrow) === "refunded" ? "refunded" : "cancelled";
    case "completed":
      if (side === "worker" && escrow?.payoutStatus === "pending") return "payout_waiting";
      return job.reviewed ? "reviewed" : "completed";
    case "in_progress":
      return job.payment === "cash" ? stageInCash(job) : stageWithEscrow(job, escrow);
  }
}

function stageInCash(job: PartyJob): Stage {
  if (job.submission) return "submitted_in_cash";
  return job.changes.length > 0 ? "sent_back_in_cash" : "working_in_cash";
}

function stageWithEscrow(job: PartyJob, escrow?: Escrow): Stage {
  switch (statusOf(job, escrow)) {
    case "pending":
      return "unpaid";
    case "disputed":
      return job.escrow?.dueNowCents ? "disputed_unpaid" : "disputed";
    case "deposit_paid":
      if (job.submission) return "submitted_unpaid";
      return job.startedAt ? "working" : "ready";
    default:
      if (job.submission) return escrow?.chargeback?.status === "open" ? "submitted_frozen" : "submitted";
      if (job.changes.length > 0) return "sent_back";
      return job.startedAt ? "working" : "ready";
  }
}

function statusOf(job: PartyJob, escrow?: Escrow): string | undefined {
  return escrow?.status ?? job.escrow?.status;
}
