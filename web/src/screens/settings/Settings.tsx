/** Settings: language, data, this phone, and the ways to notices, sessions, contacts, password, export and erasure. */
import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { Choices } from "../../forms/Choices";
import { FailureNote } from "../../forms/FailureNote";
import { dataSaver, setDataSaver } from "../../offline/dataSaver";
import { forgetDevice, triedDevice } from "../../offline/device";
import { outbox } from "../../offline/outbox";
import { stopPush } from "../../offline/push";
import { saveLanguage } from "../../session/language";
import { leave } from "../../session/leave";
import { has, type Role, setSharedPhone, sharedPhone } from "../../session/person";
import { dropRole, takeRole } from "../../session/roles";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Sheet } from "../../ui/Sheet";
import { type Language, language, t, useWords, type Word } from "../../words/words";

const WAYS: { href: string; word: Word }[] = [
  { href: "/me/settings/notices", word: "settings.notices" },
  { href: "/me/settings/sessions", word: "settings.sessions" },
  { href: "/me/settings/contacts", word: "settings.contacts" },
  { href: "/me/settings/password", word: "settings.password" },
  { href: "/data-use", word: "settings.data_use" },
  { href: "/me/settings/export", word: "settings.export" },
  { href: "/me/settings/erasure", word: "settings.erasure" },
];
const ROLES = ["buyer", "worker", "seller"] as const;

export default function Settings() {
  return (
    <Page title={t("me.settings")} back="/me">
      <LanguageChoice />
      <Choices
        name="saver"
        label={t("settings.saver")}
        hint={t("settings.saver_hint")}
        value={dataSaver.value ? "on" : "off"}
        onChoice={(value) => setDataSaver(value === "on")}
        look="chips"
        choices={[
          { value: "on", label: t("settings.on") },
          { value: "off", label: t("settings.off") },
        ]}
      />
      <Choices
        name="shared"
        label={t("shared.question")}
        hint={t("shared.why")}
        value={sharedPhone.value === null ? null : sharedPhone.value ? "shared" : "own"}
        onChoice={(value) => {
          setSharedPhone(value === "shared");
          if (value === "shared" && triedDevice()) stopPush().catch(forgetDevice); // notices of one are not for all
        }}
        choices={[
          { value: "own", label: t("shared.own") },
          { value: "shared", label: t("shared.shared") },
        ]}
      />
      <Roles />
      <ul class="list">
        {WAYS.map((way) => (
          <li key={way.href}>
            <a class="choice" href={way.href}>
              {t(way.word)}
            </a>
          </li>
        ))}
      </ul>
      <SignOut />
    </Page>
  );
}

/** The language of the app, and of the messages that Khaya sends. */
function LanguageChoice() {
  const change = useAction(async (_key, wanted: Language) => {
    await useWords(wanted, true);
    await saveLanguage(wanted);
  });
  return (
    <>
      <Choices<Language>
        name="language"
        label={t("settings.language")}
        value={language.value}
        onChoice={(wanted) => void change.run(wanted)}
        look="chips"
        choices={[
          { value: "en", label: "English" },
          { value: "zu", label: "isiZulu" },
        ]}
      />
      <FailureNote failure={change.failure.value} />
    </>
  );
}

function Roles() {
  const asked = useSignal<Role | null>(null);
  const change = useAction(async (_key, role: Role) => {
    if (has(role)) await dropRole(role);
    else await takeRole(role);
    asked.value = null;
  });
  const close = () => {
    asked.value = null;
  };
  return (
    <fieldset class="field">
      <legend>{t("settings.roles")}</legend>
      <FailureNote failure={change.failure.value} />
      {ROLES.map((role) => (
        <label key={role} class="choice">
          <input
            type="checkbox"
            checked={has(role)}
            onChange={(event) => {
              event.currentTarget.checked = has(role);
              if (has(role)) asked.value = role;
              else void change.run(role);
            }}
          />
          {t(`settings.role_${role}`)}
        </label>
      ))}
      {asked.value && (
        <Sheet title={t("settings.drop_sure")} onClose={close}>
          <p>{t("settings.drop_effect")}</p>
          <Button
            kind="danger"
            busy={change.busy.value}
            onClick={() => void change.run(asked.value ?? "buyer")}
          >
            {t("settings.drop")}
          </Button>
          <Button kind="secondary" onClick={close}>
            {t("cancel")}
          </Button>
        </Sheet>
      )}
    </fieldset>
  );
}

/** Signing out names what was not sent yet, because it is deleted with all that the phone keeps. */
function SignOut() {
  const { route } = useLocation();
  const asked = useSignal(false);
  const busy = useSignal(false);
  const go = async () => {
    busy.value = true;
    await leave();
    route("/", true);
  };
  return (
    <section id="sign-out">
      <Button
        kind="secondary"
        busy={busy.value}
        onClick={() => {
          if (outbox.value.length) asked.value = true;
          else void go();
        }}
      >
        {t("sign_out")}
      </Button>
      {asked.value && (
        <Sheet
          title={t("settings.unsent_title")}
          onClose={() => {
            asked.value = false;
          }}
        >
          <Note kind="error">
            <p>{t("settings.unsent")}</p>
            <ul>
              {outbox.value.map((item) => (
                <li key={item.id}>{item.title}</li>
              ))}
            </ul>
          </Note>
          <Button kind="danger" busy={busy.value} onClick={() => void go()}>
            {t("settings.sign_out_anyway")}
          </Button>
          <Button
            kind="secondary"
            onClick={() => {
              asked.value = false;
            }}
          >
            {t("cancel")}
          </Button>
        </Sheet>
      )}
    </section>
  );
}
