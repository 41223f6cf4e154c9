/** "Is this your own phone?", asked once after the first sign-in on a phone. */
import { Button } from "../ui/Button";
import { Sheet } from "../ui/Sheet";
import { t } from "../words/words";
import { setSharedPhone, sharedPhone, signedIn } from "./person";

export function SharedPhoneSheet() {
  if (!signedIn.value || sharedPhone.value !== null) return null;
  return (
    <Sheet title={t("shared.question")}>
      <p>{t("shared.why")}</p>
      <Button onClick={() => setSharedPhone(false)}>{t("shared.own")}</Button>
      <Button kind="secondary" onClick={() => setSharedPhone(true)}>
        {t("shared.shared")}
      </Button>
    </Sheet>
  );
}
