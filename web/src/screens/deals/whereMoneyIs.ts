/** Where the money of a job that is paid through Khaya is now, in one sentence. */
import type { Escrow, PartyJob } from "../../api/deals";
import { sharedBy } from "../../deal/shares";
import type { Side } from "../../deal/stages";
import { t } from "../../words/words";

/** Returns what is true of the money now, as one side reads it. */
export function whereMoneyIs(job: PartyJob, side: Side, escrow?: Escrow): string {
  if (sharedBy(job, escrow)) return t("deals.money_shared");
  switch (escrow?.status ?? job.escrow?.status) {
    case "released":
      if (escrow && escrow.refundedCents > 0) return t("deals.money_divided");
      return t(`deals.money_released_${side}`, { worker: job.workerName ?? t("deal.the_worker") });
    case "refunded":
      return t(`deals.money_back_${side}`);
    case "cancelled":
      return t("deals.money_none");
    case "disputed":
      return t("deals.money_disputed");
    case "held":
      return t(job.submission ? `deals.money_handed_in_${side}` : "payment.escrow_why");
    case undefined:
      return t(["open", "in_progress"].includes(job.status) ? "payment.escrow_why" : "deals.money_none");
    default:
      return t("payment.escrow_why");
  }
}
