/** Says that the account is suspended: why, whom to ask, and how to get one's data. */
import { type Refusal, sentence } from "../api/problems";
import { LinkButton } from "../ui/Button";
import { Note } from "../ui/Note";
import { t } from "../words/words";

export function SuspendedNote({ refusal }: { refusal: Refusal }) {
  const { reason } = (refusal.problem.params ?? {}) as { reason?: string | null };
  return (
    <Note kind="error">
      <p>{sentence(refusal)}</p>
      {reason && <p class="text">{t("state.suspended_why", { reason })}</p>}
      <p>{t("state.suspended_help")}</p>
      <LinkButton kind="secondary" href="/help">
        {t("help")}
      </LinkButton>
      <LinkButton href="/me/settings/export">{t("state.suspended_export")}</LinkButton>
    </Note>
  );
}
