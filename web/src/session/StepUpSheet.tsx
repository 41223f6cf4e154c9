/** Asks for a code, or the password, when an act needs a fresh sign-in. It lies over the form, which stays as it is. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useAction } from "../api/action";
import { api, ask } from "../api/client";
import { CodeField } from "../forms/CodeField";
import { FailureNote } from "../forms/FailureNote";
import { Form } from "../forms/Form";
import { TextField } from "../forms/TextField";
import { Button } from "../ui/Button";
import { Sheet } from "../ui/Sheet";
import { phone } from "../words/format";
import { language, t } from "../words/words";
import { question } from "./stepUp";

export function StepUpSheet() {
  return question.value ? <Question answer={question.value} /> : null;
}

function Question({ answer }: { answer: (proved: boolean) => void }) {
  const contact = useSignal("");
  const challenge = useSignal("");
  const byPassword = useSignal(false);
  const password = useSignal("");
  const ask_ = useAction(async () => {
    const profile = await ask(api.GET("/profiles/me"));
    contact.value = profile.phone ?? profile.email ?? "";
    const sent = await ask(
      api.POST("/auth/codes", { body: { username: contact.value, language: language.value } }),
    );
    challenge.value = sent.challenge;
  });
  const prove = useAction(async (_key, proof: { challenge: string; code: string } | { password: string }) => {
    await ask(api.POST("/auth/step-up", { body: proof }));
    answer(true);
  });
  useEffect(() => {
    void ask_.run();
  }, []);
  return (
    <Sheet title={t("step_up.title")} onClose={() => answer(false)}>
      <p>{t("step_up.why")}</p>
      <FailureNote failure={ask_.failure.value ?? prove.failure.value} />
      {byPassword.value ? (
        <Form busy={prove.busy.value} onSend={() => void prove.run({ password: password.value })}>
          <TextField
            name="password"
            type="password"
            autocomplete="current-password"
            label={t("password")}
            value={password.value}
            onInput={(value) => {
              password.value = value;
            }}
          />
          <Button busy={prove.busy.value}>{t("step_up.go_on")}</Button>
        </Form>
      ) : (
        challenge.value && (
          <>
            <p>{t("code.sent_to", { contact: phone(contact.value) })}</p>
            <CodeField
              busy={prove.busy.value}
              failure={prove.failure.value}
              onCode={(code) => void prove.run({ challenge: challenge.value, code })}
            />
            <Button kind="plain" onClick={() => void ask_.run()}>
              {t("code.again")}
            </Button>
          </>
        )
      )}
      <Button
        kind="plain"
        onClick={() => {
          byPassword.value = !byPassword.value;
        }}
      >
        {byPassword.value ? t("step_up.by_code") : t("step_up.by_password")}
      </Button>
      <Button kind="plain" onClick={() => answer(false)}>
        {t("cancel")}
      </Button>
    </Sheet>
  );
}
