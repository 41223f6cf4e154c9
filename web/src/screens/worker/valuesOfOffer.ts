/** The form's values of a bid that had waited in the outbox. */
import { writeMoney } from "../../forms/read";
import type { OutboxItem } from "../../offline/database";
import type { OfferValues } from "./offer";

/** Returns what the form shows for an item of the outbox. */
export function valuesOfOffer(item: OutboxItem): OfferValues {
  const body = item.body ?? {};
  return {
    amountCents: writeMoney(Number(body.amountCents ?? 0)),
    timelineDays: String(body.timelineDays ?? ""),
    proposal: String(body.proposal ?? ""),
  };
}
