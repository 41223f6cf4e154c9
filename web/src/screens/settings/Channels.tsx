/** By which ways one hears of each kind of notice. The inbox always has all of them. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { forget, useQuery } from "../../api/query";
import { PushSwitch } from "../../cards/PushSwitch";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { isWord, t } from "../../words/words";

type Preferences = Schemas["PreferencesView"];
type Channel = "whatsapp" | "sms" | "email" | "push";
type Channels = Record<string, Channel[]>;

const CHANNELS: Channel[] = ["push", "whatsapp", "sms", "email"];

export default function NoticeChannels() {
  const preferences = useQuery("preferences", () => ask(api.GET("/notifications/preferences")), "private");
  return (
    <Page title={t("settings.notices")} back="/me/settings">
      <p>{t("settings.notices_what")}</p>
      <PushSwitch />
      <Loaded query={preferences}>{(found) => <ChannelForm preferences={found} />}</Loaded>
    </Page>
  );
}

function ChannelForm({ preferences }: { preferences: Preferences }) {
  const channels = useSignal<Channels>(preferences.channels as Channels);
  const saved = useSignal(false);
  const save = useAction(async () => {
    await ask(
      api.PUT("/notifications/preferences", {
        body: { language: preferences.language, channels: channels.value as Record<string, never> },
      }),
    );
    forget("preferences");
    saved.value = true;
  });
  const toggle = (kind: string, channel: Channel, on: boolean) => {
    saved.value = false;
    const chosen = (channels.value[kind] ?? []).filter((one) => one !== channel);
    channels.value = { ...channels.value, [kind]: on ? [...chosen, channel] : chosen };
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      {Object.keys(channels.value).map((kind) => {
        const name = `notice.${kind}`;
        return (
          <fieldset key={kind} class="field">
            <legend>{isWord(name) ? t(name) : kind}</legend>
            <div class="row">
              {CHANNELS.map((channel) => (
                <label key={channel} class="choice">
                  <input
                    type="checkbox"
                    checked={channels.value[kind]?.includes(channel) ?? false}
                    onChange={(event) => toggle(kind, channel, event.currentTarget.checked)}
                  />
                  {t(`channel.${channel}`)}
                </label>
              ))}
            </div>
          </fieldset>
        );
      })}
      <FailureNote failure={save.failure.value} />
      {saved.value && <Note kind="done">{t("settings.saved")}</Note>}
      <Button busy={save.busy.value}>{t("save")}</Button>
    </form>
  );
}
