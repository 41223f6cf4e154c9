/** Says that something waits on the phone, and where it can be seen. */
import { LinkButton } from "../ui/Button";
import { Note } from "../ui/Note";
import { t } from "../words/words";

export function WaitingNote() {
  return (
    <>
      <Note kind="waiting">
        <p>{t("outbox.kept")}</p>
      </Note>
      <LinkButton kind="secondary" href="/outbox">
        {t("outbox.see")}
      </LinkButton>
    </>
  );
}
