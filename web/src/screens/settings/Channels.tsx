/** By which ways one hears of each kind of notice. The inbox always has all of them. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { forget, useQuery } from "../../api/query";
import { PushSwitch } from "../../cards/PushSwitch";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { Loaded } from "../../forms/Loaded";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { isWord, t } from "../../words/words";
import {
  CHANNELS,
  type Channel,
  type Channels,
  groupsOf,
  isOn,
  type NoticeGroup,
  switched,
} from "./noticeGroups";

type Preferences = Schemas["PreferencesView"];

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
  const changed = useSignal<Channels>({}); // the kinds that were switched: a newer answer may come under them
  const channels = { ...(preferences.channels as Channels), ...changed.value };
  const saved = useSignal(false);
  const save = useAction(async () => {
    await ask(
      api.PUT("/notifications/preferences", {
        body: { language: preferences.language, channels: channels as Record<string, never> },
      }),
    );
    forget("preferences");
    saved.value = true;
  });
  const change = (kinds: string[], channel: Channel, on: boolean) => {
    saved.value = false;
    changed.value = { ...changed.value, ...switched(channels, kinds, channel, on) };
  };
  const kinds = Object.keys(channels);
  return (
    <Form busy={save.busy.value} onSend={() => void save.run()}>
      <Ways label={t("settings.for_all")} kinds={kinds} channels={channels} onChange={change} />
      {groupsOf(kinds).map((group) => (
        <Subject key={group.word} group={group} channels={channels} onChange={change} />
      ))}
      <FailureNote failure={save.failure.value} />
      {saved.value && <Note kind="done">{t("settings.saved")}</Note>}
      <Button busy={save.busy.value}>{t("save")}</Button>
    </Form>
  );
}

type OnChange = (kinds: string[], channel: Channel, on: boolean) => void;

/** The kinds of one subject, which open by a tap; closed, it says which ways are on. */
function Subject({
  group,
  channels,
  onChange,
}: {
  group: NoticeGroup;
  channels: Channels;
  onChange: OnChange;
}) {
  return (
    <details>
      <summary>
        <span>
          {t(group.word)}
          <br />
          <small class="soft">{summaryOf(channels, group.kinds)}</small>
        </span>
      </summary>
      {group.kinds.map((kind) => {
        const name = `notice.${kind}`;
        return (
          <Ways
            key={kind}
            label={isWord(name) ? t(name) : kind}
            kinds={[kind]}
            channels={channels}
            onChange={onChange}
          />
        );
      })}
    </details>
  );
}

interface WaysProps {
  label: string;
  kinds: string[];
  channels: Channels;
  onChange: OnChange;
}

/** A box for each way, which switches it for all of the kinds. */
function Ways({ label, kinds, channels, onChange }: WaysProps) {
  return (
    <fieldset class="field">
      <legend>{label}</legend>
      <div class="row">
        {CHANNELS.map((channel) => {
          const on = isOn(channels, kinds, channel);
          return (
            <label key={channel} class="choice">
              <input
                type="checkbox"
                checked={on === "all"}
                indeterminate={on === "some"}
                onChange={(event) => onChange(kinds, channel, event.currentTarget.checked)}
              />
              {t(`channel.${channel}`)}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

/** Returns the ways that are on, also those that are so for some kinds only. */
function summaryOf(channels: Channels, kinds: string[]): string {
  const on = CHANNELS.flatMap((channel) => {
    const state = isOn(channels, kinds, channel);
    if (state === "none") return [];
    const name = t(`channel.${channel}`);
    return [state === "all" ? name : t("settings.on_for_some", { channel: name })];
  });
  return on.length ? on.join(", ") : t("settings.inbox_only");
}
