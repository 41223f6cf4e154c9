/** The button at the end of a list that has more. */
import { t } from "../words/words";
import { Button } from "./Button";

export function ShowMore({ more, busy, onMore }: { more: boolean; busy: boolean; onMore: () => void }) {
  if (!more) return null;
  return (
    <Button kind="secondary" busy={busy} onClick={onMore}>
      {t("show_more")}
    </Button>
  );
}
