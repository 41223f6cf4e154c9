/** What a job costs its buyer, line by line: in all, now, and later. */
import type { Escrow } from "../../api/deals";
import { Facts } from "../../ui/Facts";
import { money } from "../../words/format";
import { t } from "../../words/words";

type Amounts = Pick<Escrow, "amountCents" | "buyerTotalCents" | "depositCents" | "balanceCents">;

export function PayLines({ amounts, paidCents = 0 }: { amounts: Amounts; paidCents?: number }) {
  const lines: [string, string][] = [
    [t("buyer.for_work"), money(amounts.amountCents)],
    [t("buyer.fee"), money(amounts.buyerTotalCents - amounts.amountCents)],
    [t("buyer.in_all"), money(amounts.buyerTotalCents)],
  ];
  if (paidCents > 0) lines.push([t("buyer.paid_so_far"), money(paidCents)]);
  else if (amounts.balanceCents > 0) lines.push([t("buyer.due_now"), money(amounts.depositCents)]);
  if (amounts.balanceCents > 0 && paidCents < amounts.buyerTotalCents)
    lines.push([t("buyer.due_later"), money(amounts.balanceCents)]);
  return <Facts facts={lines} />;
}
