/** Objects of the API as the tests need them: whole, so that a screen finds each field, and changed by a few. */
import type { Schemas } from "../src/api/client";

export const BUYER = "01BUYER";
export const WORKER = "01WORKER";

export function job(some: Partial<Schemas["PartyJobView"]> = {}): Schemas["PartyJobView"] {
  return {
    id: "01JOB",
    buyerId: BUYER,
    buyerName: "Thandi",
    buyer: { verified: false, rating: { average: null, count: 0 } },
    title: "Fix the roof",
    description: "Two sheets are loose and it rains in.",
    category: "roofing",
    budgetCents: 120000,
    location: "Umlazi",
    startDate: null,
    photos: [],
    payment: "cash",
    status: "open",
    bidCount: 0,
    completedAt: null,
    expiresAt: "2099-01-01T00:00:00.000Z",
    createdAt: "2026-11-01T08:00:00.000Z",
    updatedAt: "2026-11-01T08:00:00.000Z",
    version: 1,
    coordinates: null,
    workerId: null,
    acceptedBidId: null,
    agreedCents: null,
    acceptedAt: null,
    handInBy: null,
    startedAt: null,
    submission: null,
    cancellation: null,
    changes: [],
    closing: null,
    completesAt: null,
    workerName: null,
    contact: null,
    escrow: null,
    reviewed: false,
    ...some,
  };
}

/** Returns a job of which a bid was accepted. */
export function jobInProgress(some: Partial<Schemas["PartyJobView"]> = {}): Schemas["PartyJobView"] {
  return job({
    status: "in_progress",
    bidCount: 2,
    workerId: WORKER,
    workerName: "Sipho",
    acceptedBidId: "01BID",
    agreedCents: 100000,
    acceptedAt: "2026-11-02T08:00:00.000Z",
    contact: { displayName: "Sipho", phone: "+27821234567" },
    ...some,
  });
}

export function summary(some: Partial<Schemas["EscrowSummaryView"]> = {}): Schemas["EscrowSummaryView"] {
  return { status: "held", dueNowCents: 0, dueAt: null, releaseAt: null, shares: null, ...some };
}

export function escrow(some: Partial<Schemas["EscrowView"]> = {}): Schemas["EscrowView"] {
  return {
    jobId: "01JOB",
    amountCents: 100000,
    buyerTotalCents: 105000,
    depositCents: 31500,
    balanceCents: 73500,
    workerCents: 95000,
    platformCents: 10000,
    paidCents: 105000,
    refundedCents: 0,
    heldCents: 105000,
    status: "held",
    refundStatus: null,
    payoutStatus: null,
    payoutExpectedOn: null,
    depositDueAt: null,
    balanceDueAt: null,
    releaseAt: null,
    settlement: null,
    chargeback: null,
    dispute: null,
    proposedResolution: null,
    checkouts: [],
    history: [],
    ...some,
  };
}

export function dispute(some: Partial<Schemas["DisputeView"]> = {}): Schemas["DisputeView"] {
  return {
    by: "buyer",
    reason: "The paint peels off already.",
    openedAt: "2026-11-10T08:00:00.000Z",
    decideBy: "2026-11-24T08:00:00.000Z",
    decision: null,
    workerCents: null,
    refundCents: null,
    platformCents: null,
    resolution: null,
    evidence: [],
    ...some,
  };
}

export const SUBMISSION: Schemas["SubmissionView"] = {
  note: "Both sheets are fixed.",
  photos: [],
  submittedAt: "2026-11-05T08:00:00.000Z",
};
