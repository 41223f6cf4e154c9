/** After a first job or bid: notices on this phone, and Khaya on its screen. Nothing of it on a shared phone. */
import { install, installOffer } from "../offline/install";
import { sharedPhone } from "../session/person";
import { Button } from "../ui/Button";
import { t } from "../words/words";
import { PushSwitch } from "./PushSwitch";

export function StayReachable() {
  if (sharedPhone.value) return null;
  return (
    <>
      <PushSwitch />
      {installOffer.value && (
        <Button kind="secondary" onClick={() => void install()}>
          {t("push.install")}
        </Button>
      )}
    </>
  );
}
