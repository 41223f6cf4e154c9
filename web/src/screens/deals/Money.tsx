/** The money of a job, line by line, as one side sees it. */
import type { Escrow, PartyJob } from "../../api/deals";
import { sharedBy, workerGets } from "../../deal/shares";
import type { Side } from "../../deal/stages";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { day, moment, money } from "../../words/format";
import { isWord, t } from "../../words/words";
import { whereMoneyIs } from "./whereMoneyIs";

export function Money({ job, side, escrow }: { job: PartyJob; side: Side; escrow?: Escrow | undefined }) {
  if (job.payment === "cash")
    return (
      <section>
        <h2>{t("deals.money")}</h2>
        <Facts
          facts={[
            job.agreedCents === null
              ? [t("deals.budget"), amount(job.budgetCents)]
              : [t("deals.agreed"), amount(job.agreedCents)],
          ]}
        />
        <p>{t(side === "buyer" ? "deals.you_pay_cash" : "deals.you_get_cash")}</p>
      </section>
    );
  if (!escrow)
    return (
      <section>
        <h2>{t("deals.money")}</h2>
        <Facts facts={[[t("deals.budget"), amount(job.agreedCents ?? job.budgetCents)]]} />
        <p>{whereMoneyIs(job, side, escrow)}</p>
      </section>
    );
  return (
    <section>
      <h2>{t("deals.money")}</h2>
      {escrow.chargeback && <Chargeback chargeback={escrow.chargeback} />}
      <Facts facts={linesOf(job, escrow, side)} />
      <p>{whereMoneyIs(job, side, escrow)}</p>
    </section>
  );
}

/** Returns the lines of the money, which add up for the side that reads them. */
export function linesOf(job: PartyJob, escrow: Escrow, side: Side): [string, string][] {
  const lines: [string, string][] = [[t("deals.agreed"), amount(escrow.amountCents)]];
  const shares = sharedBy(job, escrow);
  if (side === "buyer") {
    // What was shared out adds up to what was paid, and the fee is in it.
    if (!shares) {
      lines.push([t("deals.fee"), amount(escrow.buyerTotalCents - escrow.amountCents)]);
      lines.push([t("deals.you_pay"), amount(escrow.buyerTotalCents)]);
    }
    lines.push([t("deals.paid"), amount(escrow.paidCents)]);
    const open = escrow.buyerTotalCents - escrow.paidCents;
    const ended = ["released", "refunded", "cancelled"].includes(escrow.status);
    if (open > 0 && !ended) lines.push([t("deals.still_open"), amount(open)]);
  } else {
    const gets = workerGets(escrow);
    // The fee is a line only where the whole pay is, so that the lines add up.
    if (gets === escrow.workerCents && !shares)
      lines.push([t("deals.fee"), amount(escrow.workerCents - escrow.amountCents)]);
    lines.push([t("deals.you_receive"), gets ? amount(gets) : t("deals.nothing")]);
  }
  if (side === "buyer" && escrow.heldCents > 0) lines.push([t("deals.held"), amount(escrow.heldCents)]);
  if (side === "buyer" && shares) lines.push([t("deals.to_worker"), amount(shares.worker)]);
  const back = shares?.refund ?? escrow.refundedCents;
  if (shares || back > 0)
    lines.push([t(side === "buyer" ? "deals.back_to_you" : "deals.back"), amount(back)]);
  if (shares) lines.push([t("deals.to_khaya"), amount(shares.khaya)]);
  if (side === "buyer" && escrow.refundStatus)
    lines.push([t("deals.refund_state"), stateOf("deals.refund", escrow.refundStatus)]);
  if (side === "worker" && escrow.payoutStatus)
    lines.push([t("deals.payout_state"), stateOf("deals.payout", escrow.payoutStatus)]);
  if (side === "worker" && escrow.payoutExpectedOn)
    lines.push([t("deals.payout_day"), day(escrow.payoutExpectedOn)]);
  return lines;
}

function Chargeback({ chargeback }: { chargeback: NonNullable<Escrow["chargeback"]> }) {
  return (
    <Note kind={chargeback.status === "open" ? "waiting" : "info"}>
      <p>{stateOf("deals.chargeback", chargeback.status)}</p>
      {chargeback.status === "open" && chargeback.dueAt && (
        <p>{t("deals.chargeback_due", { when: moment(chargeback.dueAt) })}</p>
      )}
    </Note>
  );
}

/** Returns the words of a state of the API; one that the app does not know yet stays as it is. */
function stateOf(group: string, state: string): string {
  const name = `${group}_${state}`;
  return isWord(name) ? t(name) : state;
}

function amount(cents: number): string {
  return money(cents);
}
