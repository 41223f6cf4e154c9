/** Says that the account is suspended: why, whom to ask where there is somebody, and how to get one's data. */
import { type Refusal, sentence } from "../api/problems";
import { LinkButton } from "../ui/Button";
import { helpAddress } from "../ui/helpAddress";
import { Note } from "../ui/Note";
import { t } from "../words/words";

export function SuspendedNote({
  refusal,
  address = helpAddress.value,
}: {
  refusal: Refusal;
  address?: string;
}) {
  const { reason } = (refusal.problem.params ?? {}) as { reason?: string | null };
  return (
    <Note kind="error">
      <p>{sentence(refusal)}</p>
      {reason && <p class="text">{t("state.suspended_why", { reason })}</p>}
      {address && (
        <>
          <p>{t("state.suspended_ask")}</p>
          <LinkButton kind="secondary" href={`mailto:${address}`}>
            {address}
          </LinkButton>
        </>
      )}
      <p>{t("state.suspended_help")}</p>
      <LinkButton href="/me/settings/export">{t("state.suspended_export")}</LinkButton>
    </Note>
  );
}
