/** Phone number and e-mail address: a change is proved by a code that goes to the new one. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { isWrongCode, Refusal } from "../../api/problems";
import { forget, useQuery } from "../../api/query";
import { CodeField } from "../../forms/CodeField";
import { errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { Loaded } from "../../forms/Loaded";
import { TextField } from "../../forms/TextField";
import { Button } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { phone } from "../../words/format";
import { language, t } from "../../words/words";

type Profile = Schemas["OwnProfileView"];

/** The digits of a phone number behind its country or its zero. */
const DIGITS = 9;

export default function Contacts() {
  const profile = useQuery("profiles/me", () => ask(api.GET("/profiles/me")), "private");
  return (
    <Page title={t("settings.contacts")} back="/me/settings">
      <Loaded query={profile}>
        {(found) => <Current profile={found} onChanged={() => void profile.reload()} />}
      </Loaded>
    </Page>
  );
}

function Current({ profile, onChanged }: { profile: Profile; onChanged: () => void }) {
  const contact = useSignal("");
  const challenge = useSignal("");
  const done = useSignal(false);
  const ask_ = useAction(async () => {
    const text = contact.value.trim();
    const about = text.includes("@") ? { email: text } : { phone: text };
    const sent = await ask(api.POST("/auth/contacts", { body: { ...about, language: language.value } }));
    challenge.value = sent.challenge;
  });
  const prove = useAction(async (_key, code: string) => {
    try {
      await ask(api.POST("/auth/contacts/proof", { body: { challenge: challenge.value, code } }));
    } catch (cause) {
      if (!(await isChanged(cause, contact.peek()))) throw cause;
    }
    challenge.value = "";
    contact.value = "";
    done.value = true;
    forget("profiles/me");
    onChanged();
  });
  const errors = errorsOf(ask_.failure.value);
  const error = errors.phone ?? errors.email;
  return (
    <>
      <Facts
        facts={[
          [t("settings.phone"), profile.phone ? phone(profile.phone) : t("settings.none")],
          [t("settings.email"), profile.email ?? t("settings.none")],
        ]}
      />
      {done.value && <Note kind="done">{t("settings.contact_changed")}</Note>}
      {!error && <FailureNote failure={ask_.failure.value ?? prove.failure.value} />}
      {challenge.value ? (
        <>
          <p>{t("code.sent_to", { contact: phone(contact.value) })}</p>
          <CodeField
            busy={prove.busy.value}
            failure={prove.failure.value}
            onCode={(code) => void prove.run(code)}
          />
          <Button kind="plain" busy={ask_.busy.value} onClick={() => void ask_.run()}>
            {t("code.again")}
          </Button>
        </>
      ) : (
        <Form busy={ask_.busy.value} onSend={() => void ask_.run()}>
          <TextField
            name="contact"
            label={t("settings.new_contact")}
            autocomplete="off"
            value={contact.value}
            error={error}
            onInput={(value) => {
              contact.value = value;
            }}
          />
          <Button busy={ask_.busy.value}>{t("sign_in.send_code")}</Button>
        </Form>
      )}
    </>
  );
}

/** Whether a code is refused because it was used: the new contact stands there, and only the answer was lost. */
async function isChanged(cause: unknown, contact: string): Promise<boolean> {
  if (!(cause instanceof Refusal && isWrongCode(cause))) return false;
  const there = await ask(api.GET("/profiles/me"));
  if (contact.includes("@")) return there.email?.toLowerCase() === contact.trim().toLowerCase();
  return there.phone?.slice(-DIGITS) === contact.replace(/\D/g, "").slice(-DIGITS);
}
