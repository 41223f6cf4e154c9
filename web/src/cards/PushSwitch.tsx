/** Notices on this phone by push, where the browser and the deployment can. Never on a shared phone. */

import { useSignal } from "@preact/signals";
import { useAction } from "../api/action";
import { readConfiguration } from "../api/configuration";
import { useQuery } from "../api/query";
import { FailureNote } from "../forms/FailureNote";
import { deviceId } from "../offline/device";
import { canPush, startPush, stopPush } from "../offline/push";
import { sharedPhone } from "../session/person";
import { Button } from "../ui/Button";
import { Note } from "../ui/Note";
import { t } from "../words/words";

export function PushSwitch() {
  const config = useQuery("config", () => readConfiguration(), "public");
  const on = useSignal(deviceId() !== null);
  const denied = useSignal(false);
  const change = useAction(async () => {
    if (on.value) await stopPush();
    else denied.value = !(await startPush(config.data.value?.webPushKey ?? ""));
    on.value = deviceId() !== null;
  });
  if (!config.data.value?.webPushKey || !canPush() || sharedPhone.value) return null;
  return (
    <section>
      <FailureNote failure={change.failure.value} />
      {denied.value && <Note kind="info">{t("push.denied")}</Note>}
      <Button kind="secondary" busy={change.busy.value} onClick={() => void change.run()}>
        {on.value ? t("push.stop") : t("push.start")}
      </Button>
    </section>
  );
}
