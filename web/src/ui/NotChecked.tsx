/** Says on each isiZulu page that its words were not checked by a native speaker, and whom to tell. */
import { ALL_CHECKED, language, t } from "../words/words";

export function NotChecked() {
  if (language.value !== "zu" || ALL_CHECKED) return null;
  return (
    <p class="small">
      <a class="tap" href="/help#ask">
        {t("not_checked")}
      </a>
    </p>
  );
}
