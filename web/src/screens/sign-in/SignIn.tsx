/** The one door: a phone number or an e-mail address; a password for those who have one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { Refusal } from "../../api/problems";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { isContact } from "../../forms/read";
import { TextField } from "../../forms/TextField";
import { entered } from "../../session/enter";
import { keptInvitation } from "../../session/invitation";
import { person } from "../../session/person";
import { pathInApp, requestCode } from "../../session/requestCode";
import { signIn } from "../../session/tokens";
import { forgetContact, keepContact, type TypedContact, typedContact } from "../../session/typedContact";
import { Button } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";

/** A phone shows the keys that the kind of contact needs. */
const PHONE = { type: "tel", inputmode: "tel", autocomplete: "tel" } as const;
const EMAIL = { type: "email", inputmode: "email", autocomplete: "email" } as const;

export default function SignIn() {
  const { query, route } = useLocation();
  const then = pathInApp(query.then);
  const offered = query.invitation || keptInvitation();
  const invited = useSignal(Boolean(query.invitation));
  const invitation = offered && invited.value ? offered : undefined;
  const contact = useSignal("");
  const password = useSignal("");
  const byEmail = useSignal(false);
  const byPassword = useSignal(false);
  const errors = useSignal<Errors>({});
  const left = errorsLeft(errors.value, undefined, { contact: contact.value, password: password.value });

  const code = useAction(async () => {
    const sent = await requestCode({ contact: contact.value, then, invitation });
    await forgetContact();
    return sent;
  });
  const enter = useAction(async () => {
    const response = await signIn({ username: contact.value.trim(), password: password.value }, invitation);
    if (!response.ok) throw new Refusal(response, await response.json().catch(() => null));
    await forgetContact();
    await entered();
  });
  const type = (typed: Partial<TypedContact>) => {
    contact.value = typed.contact ?? contact.peek();
    byEmail.value = typed.byEmail ?? byEmail.peek();
    void keepContact({ contact: contact.peek(), byEmail: byEmail.peek() });
  };
  useEffect(() => {
    void typedContact().then((typed) => {
      if (!typed || contact.peek()) return;
      contact.value = typed.contact;
      byEmail.value = typed.byEmail;
    });
  }, []);

  const send = async () => {
    errors.value = isContact(contact.value) ? {} : { contact: t("sign_in.contact_missing") };
    if (byPassword.value && !password.value)
      errors.value = { ...errors.value, password: t("sign_in.password_missing") };
    if (Object.keys(errors.value).length) return;
    if (byPassword.value) {
      await enter.run();
      if (person.value) route(then, true);
    } else if (await code.run()) route("/code");
    const found = errorsOf(code.failure.value ?? enter.failure.value);
    const about = found.phone ?? found.username ?? found.email;
    if (about) errors.value = { contact: about };
  };

  const failure = code.failure.value ?? enter.failure.value;
  return (
    <Page title={t("sign_in.title")} {...(then === "/" ? { back: "/" } : {})}>
      <ErrorSummary errors={left} />
      {!errors.value.contact && <FailureNote failure={failure} />}
      <Form busy={code.busy.value || enter.busy.value} onSend={() => void send()}>
        <TextField
          name="contact"
          {...(byEmail.value ? EMAIL : PHONE)}
          label={t(byEmail.value ? "sign_in.email" : "sign_in.phone")}
          hint={t(byEmail.value ? "sign_in.email_hint" : "sign_in.phone_hint")}
          value={contact.value}
          error={left.contact}
          onInput={(value) => type({ contact: value })}
        />
        {byPassword.value && (
          <TextField
            name="password"
            type="password"
            autocomplete="current-password"
            label={t("password")}
            value={password.value}
            error={left.password}
            onInput={(value) => {
              password.value = value;
            }}
          />
        )}
        {offered && (
          <label class="choice">
            <input
              type="checkbox"
              checked={invited.value}
              onChange={(event) => {
                invited.value = event.currentTarget.checked;
              }}
            />
            {t("sign_in.invited", { code: offered })}
          </label>
        )}
        <Button busy={code.busy.value || enter.busy.value}>
          {byPassword.value ? t("sign_in") : t("sign_in.send_code")}
        </Button>
      </Form>
      <Button
        kind="plain"
        onClick={() => {
          type({ byEmail: !byEmail.value, contact: "" });
          errors.value = {};
        }}
      >
        {t(byEmail.value ? "sign_in.by_phone" : "sign_in.use_email")}
      </Button>
      <Button
        kind="plain"
        onClick={() => {
          byPassword.value = !byPassword.value;
        }}
      >
        {byPassword.value ? t("step_up.by_code") : t("step_up.by_password")}
      </Button>
      <p class="small row">
        {t("sign_in.terms")}
        <span class="row">
          <a class="tap" href="/terms">
            {t("sign_in.terms_link")}
          </a>
          <a class="tap" href="/privacy">
            {t("sign_in.privacy_link")}
          </a>
        </span>
      </p>
    </Page>
  );
}
