/** The rules of a bid's form: what is read from it, and what the worker receives. */
import type { Schemas } from "../../api/client";
import { type Refusal, sentence } from "../../api/problems";
import type { Errors } from "../../forms/errors";
import { readMoney } from "../../forms/read";
import { money } from "../../words/format";
import { t, type Word } from "../../words/words";

export const PROPOSAL_LEAST = 20;
export const PROPOSAL_MOST = 2000;
const DAYS_MOST = 365;

export interface OfferValues {
  amountCents: string;
  timelineDays: string;
  proposal: string;
}

export const EMPTY_OFFER: OfferValues = { amountCents: "", timelineDays: "", proposal: "" };

/** The bounds of a bid's amount, in cents. */
export interface Bounds {
  least: number;
  most: number;
}

/** Returns the bounds for a job; null while the configuration is unknown, and the API alone decides. */
export function boundsOf(
  config: Schemas["ConfigurationView"] | undefined,
  payment: "cash" | "escrow",
): Bounds | null {
  if (!config) return null;
  const { bidMinCents, bidMaxCents, escrowMinCents, escrowMaxCents } = config.amounts;
  return payment === "escrow"
    ? { least: Math.max(bidMinCents, escrowMinCents), most: Math.min(bidMaxCents, escrowMaxCents) }
    : { least: bidMinCents, most: bidMaxCents };
}

/** Returns what the worker gets of an amount; the fee is rounded half up to the cent, as the API does. */
export function received(cents: number, feePercent: number): number {
  return cents - Math.floor((cents * feePercent * 2 + 100) / 200);
}

/** Returns the bid that a form says, or its errors. */
export function readOffer(
  values: OfferValues,
  bounds: Bounds | null,
): { offer: Schemas["BidOffer"]; errors?: undefined } | { errors: Errors } {
  const errors: Errors = {};
  const amountCents = readMoney(values.amountCents);
  if (amountCents === null) errors.amountCents = t("worker.amount_unclear");
  else if (bounds && (amountCents < bounds.least || amountCents > bounds.most))
    errors.amountCents = t("worker.amount_bounds", { least: money(bounds.least), most: money(bounds.most) });
  const timelineDays = /^\d{1,3}$/.test(values.timelineDays.trim()) ? Number(values.timelineDays) : 0;
  if (timelineDays < 1 || timelineDays > DAYS_MOST) errors.timelineDays = t("worker.days_unclear");
  const proposal = values.proposal.trim();
  const length = [...proposal].length;
  if (length < PROPOSAL_LEAST) errors.proposal = t("worker.proposal_short", { least: PROPOSAL_LEAST });
  else if (length > PROPOSAL_MOST) errors.proposal = t("field.too_long", { max: PROPOSAL_MOST });
  if (amountCents === null || Object.keys(errors).length) return { errors };
  return { offer: { amountCents, timelineDays, proposal } };
}

const CLOSED: Record<string, Word> = {
  in_progress: "worker.refused_given",
  completed: "worker.refused_given",
  cancelled: "worker.refused_cancelled",
  expired: "worker.refused_expired",
};

/** Returns why a bid was not taken, and that it was not sent. */
export function refusedBid(refusal: Refusal): string {
  const params = (refusal.problem.params ?? {}) as Record<string, string | number | null>;
  switch (refusal.code) {
    case "job_status":
      return t(CLOSED[String(params.status)] ?? "worker.refused_closed");
    case "not_found":
    case "job_hidden":
      return t("worker.refused_closed");
    default:
      return sentence(refusal);
  }
}

/** Whether no change of the bid can help. */
export function isOver(refusal: Refusal): boolean {
  return refusal.status === 404 || (refusal.status === 409 && refusal.code !== "escrow_amount");
}
