/** The decision of the first of two admins, and what that means for the next one. */
import { person } from "../../session/person";
import { Note } from "../../ui/Note";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { usePerson } from "./PersonLink";

export interface Proposal {
  decision: string;
  by: string;
  reason: string;
  at: string;
}

/** The most about which one admin decides alone. */
const ONE_ADMIN_CENTS = 500_000;

/** Says who decided first, what and why; `label` is the name of that decision. */
export function FirstDecision({ proposal, label }: { proposal: Proposal; label: string }) {
  const first = usePerson(proposal.by).data.value;
  return (
    <Note kind="waiting">
      {t("admin.first_of_two", {
        name: first?.displayName || proposal.by,
        when: moment(proposal.at),
        decision: label,
        reason: proposal.reason,
      })}
    </Note>
  );
}

/** Returns what follows from the need of two admins, for somebody who decides so; "" where one is enough. */
export function needOfTwo(cents: number, proposal: Proposal | null | undefined, choice: string): string {
  if (cents <= ONE_ADMIN_CENTS) return "";
  if (!proposal) return t("admin.two_admins", { limit: money(ONE_ADMIN_CENTS) });
  return t(proposal.decision === choice ? "admin.second_of_two" : "admin.other_than_first");
}

/** Whether the person who looks at it decided first. */
export function isOwn(proposal: Proposal | null | undefined): boolean {
  return proposal !== null && proposal !== undefined && proposal.by === person.value?.userId;
}
