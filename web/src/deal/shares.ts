/** How the money of a dispute is shared, by the rule of the API. */
import type { Escrow, PartyJob } from "./stages";

export interface Shares {
  refund: number;
  worker: number;
  khaya: number;
}

/**
 * Returns who gets what of the money that is held if so much goes back to the buyer.
 *
 * The rest is shared as the whole would be: the worker's part is rounded half up, Khaya has what is left.
 */
export function sharesOf(
  escrow: Pick<Escrow, "heldCents" | "workerCents" | "buyerTotalCents">,
  refund: number,
): Shares {
  const released = escrow.heldCents - refund;
  const total = escrow.buyerTotalCents;
  const worker = Math.floor((2 * released * escrow.workerCents + total) / (2 * total));
  return { refund, worker, khaya: released - worker };
}

/**
 * Returns what the worker gets of an escrow: the agreed pay while it goes on, and what was decided once it has ended.
 */
export function workerGets(escrow: Escrow): number {
  switch (escrow.status) {
    case "cancelled":
    case "refunded":
      return 0;
    case "released":
      return (
        escrow.dispute?.workerCents ??
        sharesOf({ ...escrow, heldCents: escrow.paidCents }, escrow.refundedCents).worker
      );
    default:
      return escrow.workerCents;
  }
}

/**
 * Returns who got what when the dispute was decided or settled; null where none of them shared the money.
 *
 * Lists know only the job's summary of its escrow.
 */
export function sharedBy(job: Pick<PartyJob, "escrow">, escrow?: Escrow): Shares | null {
  const { workerCents, refundCents, platformCents } = escrow?.dispute ?? job.escrow?.shares ?? {};
  if (workerCents == null || refundCents == null || platformCents == null) return null;
  return { refund: refundCents, worker: workerCents, khaya: platformCents };
}
