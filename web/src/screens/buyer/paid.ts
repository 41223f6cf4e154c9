/** What became of a payment, by what the API says of the escrow, and when it is asked again. */
import type { Escrow } from "../../api/deals";

export type Outcome = "waiting" | "paid" | "failed" | "ended" | "late";

/** Seconds after which the escrow is asked again: soon at first, then every 15 seconds for 2 minutes. */
export const PAUSES = [1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15, 15];
/** After so many questions without a payment it is likely that the person left the provider's page. */
export const LEFT_AFTER = 4;

/** Returns what became of the latest checkout. */
export function outcomeOf(escrow: Pick<Escrow, "status" | "checkouts">): Outcome {
  const latest = escrow.checkouts.at(-1);
  if (escrow.status === "cancelled" || escrow.status === "refunded") return "late";
  switch (latest?.status) {
    case "paid":
      return "paid";
    case "failed":
      return "failed";
    case "expired":
      return "ended";
    case "waiting":
      return "waiting";
    default:
      return "ended"; // no checkout was ever opened
  }
}
