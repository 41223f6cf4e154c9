/** The states of a payout in words. */
import type { IconName } from "../../ui/Icon";
import { isWord, t, type Word } from "../../words/words";

interface Look {
  icon: IconName;
  tone: "plain" | "good" | "wait" | "bad";
  word: Word;
}

const LOOKS: Record<string, Look> = {
  pending: { icon: "clock", tone: "wait", word: "worker.payout_pending" },
  sent: { icon: "clock", tone: "wait", word: "worker.payout_sent" },
  paid: { icon: "done", tone: "good", word: "worker.payout_paid" },
  credited: { icon: "info", tone: "plain", word: "worker.payout_credited" },
};
const PENDING = LOOKS.pending as Look;

/** Reasons that end when the person gives a good account. */
const ACCOUNT_REASONS = ["no_account", "account_not_verified", "returned"];

/** Returns how the state of a payout is shown. */
export function payoutLook(status: string): Look {
  return LOOKS[status] ?? PENDING;
}

/** Returns the name of a payout's amount: it is paid out only once the bank has it. */
export function payoutLabel(status: string): Word {
  if (status === "paid") return "worker.paid_out";
  return status === "credited" ? "worker.payout_credited" : "worker.will_receive";
}

/** Returns why a payout waits; empty where there is no reason. */
export function payoutWhy(reason: string | null): string {
  if (!reason) return "";
  const name = `worker.wait_${reason}`;
  return isWord(name) ? t(name) : t("worker.wait_other");
}

/** Whether a payout waits for a bank account of its person. */
export function needsAccount(reason: string | null): boolean {
  return reason !== null && ACCOUNT_REASONS.includes(reason);
}

/** Returns how a problem with the job ended, which shared its money; empty where there was none. */
export function decidedWords(reason: string | null): string {
  const name = `worker.decided_${reason}`;
  return isWord(name) ? t(name) : "";
}
