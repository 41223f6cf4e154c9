/** Sets or changes the password; the other sessions end by it. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextField } from "../../forms/TextField";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";

const SHORTEST = 10;

export default function Password() {
  const password = useSignal("");
  const shown = useSignal(false);
  const errors = useSignal<Errors>({});
  const left = errorsLeft(errors.value, undefined, { password: password.value });
  const done = useSignal(false);
  const save = useAction(async () => {
    await ask(api.PUT("/auth/password", { body: { password: password.value } }));
    password.value = "";
    done.value = true;
  });
  const send = async () => {
    errors.value =
      [...password.value].length < SHORTEST
        ? { password: t("settings.password_short", { min: SHORTEST }) }
        : {};
    if (errors.value.password) return;
    await save.run();
    errors.value = errorsOf(save.failure.value);
  };
  return (
    <Page title={t("settings.password")} back="/me/settings">
      {done.value ? (
        <>
          <Note kind="done" title={t("settings.password_changed")}>
            <p>{t("settings.password_effect")}</p>
          </Note>
          <LinkButton href="/me/settings">{t("me.settings")}</LinkButton>
        </>
      ) : (
        <Form busy={save.busy.value} onSend={() => void send()}>
          <p>{t("settings.password_what")}</p>
          <ErrorSummary errors={left} />
          {!errors.value.password && <FailureNote failure={save.failure.value} />}
          <TextField
            name="password"
            type={shown.value ? "text" : "password"}
            autocomplete="new-password"
            label={t("settings.new_password")}
            hint={t("settings.password_hint", { min: SHORTEST })}
            value={password.value}
            error={left.password}
            onInput={(value) => {
              password.value = value;
            }}
          />
          <Button
            kind="plain"
            onClick={() => {
              shown.value = !shown.value;
            }}
          >
            {shown.value ? t("settings.hide") : t("settings.show")}
          </Button>
          <Button busy={save.busy.value}>{t("save")}</Button>
        </Form>
      )}
    </Page>
  );
}
