/** Says that something waits on the phone, and where it can be seen. */
import { LinkButton } from "../ui/Button";
import { Note } from "../ui/Note";
import { t } from "../words/words";

export function WaitingNote() {
  return (
    <>
      <Note kind="waiting">
        <p>{t("queue.waits")}</p>
      </Note>
      <LinkButton kind="secondary" href="/outbox">
        {t("queue.open")}
      </LinkButton>
    </>
  );
}
