/** The two ways to pay, each with what one gets for it, and for Khaya's what it costs. */
import { useConfiguration } from "../../api/deals";
import type { Choice } from "../../forms/Choices";
import { t } from "../../words/words";

/** Returns the choices; the fee is named once the configuration is known. */
export function usePaymentChoices(): Choice<"cash" | "escrow">[] {
  const fee = useConfiguration().data.value?.escrow.feePercent;
  const why = [t("payment.escrow_why"), ...(fee === undefined ? [] : [t("buyer.escrow_fee", { n: fee })])];
  return [
    { value: "cash", label: t("payment.cash"), hint: t("payment.cash_why") },
    { value: "escrow", label: t("payment.escrow"), hint: why.join(" ") },
  ];
}
