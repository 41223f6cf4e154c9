/** Says on each isiZulu page that its translation was not checked by a native speaker, and whom to tell of an error. */
import { ALL_CHECKED, language, t } from "../words/words";
import { helpAddress } from "./helpAddress";

export function NotChecked({ address = helpAddress.value }: { address?: string }) {
  if (language.value !== "zu" || ALL_CHECKED) return null;
  return (
    <p class="small">
      {t("not_checked")}{" "}
      {address && (
        <a class="tap" href={`mailto:${address}?subject=isiZulu`}>
          {t("not_checked.tell")}
        </a>
      )}
    </p>
  );
}
