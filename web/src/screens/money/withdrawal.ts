/** The rules of a withdrawal: what it needs, and which amounts are possible. */
import type { Schemas } from "../../api/client";
import type { Errors } from "../../forms/errors";
import { readMoney } from "../../forms/read";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";

export interface State {
  withdrawableCents: number;
  leastCents: number;
  /** null: the person gave no account. */
  account: Schemas["PayoutAccountView"] | null;
}

/** Returns what is missing for a withdrawal, in words; null if it is possible. */
export function needOf(state: State, now: number): { kind: "account" | "credits"; text: string } | null {
  const { account } = state;
  if (state.withdrawableCents < state.leastCents)
    return {
      kind: "credits",
      text: t("money.too_little", { least: money(state.leastCents), amount: money(state.withdrawableCents) }),
    };
  if (!account) return { kind: "account", text: t("money.needs_account") };
  if (account.problem) return { kind: "account", text: t("money.account_refused") };
  if (!account.verified) return { kind: "account", text: t("money.account_checking") };
  if (account.usableFrom && Date.parse(account.usableFrom) > now)
    return { kind: "account", text: t("money.account_new", { when: moment(account.usableFrom) }) };
  return null;
}

/** Returns the cents that a form says, or its error. */
export function readAmount(
  text: string,
  state: State,
): { amountCents: number; errors?: undefined } | { errors: Errors } {
  const amountCents = readMoney(text);
  if (amountCents === null) return { errors: { amountCents: t("money.amount_unclear") } };
  if (amountCents < state.leastCents || amountCents > state.withdrawableCents)
    return {
      errors: {
        amountCents: t("money.amount_bounds", {
          least: money(state.leastCents),
          most: money(state.withdrawableCents),
        }),
      },
    };
  return { amountCents };
}
