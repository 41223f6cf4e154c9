/** Asks a new person for their name, once, after the sign-in. */
import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextField } from "../../forms/TextField";
import { readPerson } from "../../session/enter";
import { pathInApp } from "../../session/requestCode";
import { Button } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";

const SHORTEST = 2;

export default function Name() {
  const { query, route } = useLocation();
  const name = useSignal("");
  const errors = useSignal<Errors>({});
  const left = errorsLeft(errors.value, undefined, { displayName: name.value });
  const save = useAction(async () => {
    await ask(api.PATCH("/profiles/me", { body: { displayName: name.value } }));
    await readPerson();
    return true;
  });
  const send = async () => {
    errors.value = name.value.trim().length < SHORTEST ? { displayName: t("sign_in.name_missing") } : {};
    if (errors.value.displayName) return;
    if (await save.run()) route(pathInApp(query.then), true);
    else errors.value = errorsOf(save.failure.value);
  };
  return (
    <Page title={t("sign_in.name")} ownHeading>
      <ErrorSummary errors={left} />
      {!errors.value.displayName && <FailureNote failure={save.failure.value} />}
      <Form busy={save.busy.value} onSend={() => void send()}>
        <TextField
          heading
          name="displayName"
          label={t("sign_in.name")}
          hint={t("sign_in.name_hint")}
          autocomplete="name"
          value={name.value}
          error={left.displayName}
          onInput={(value) => {
            name.value = value;
          }}
        />
        <Button busy={save.busy.value}>{t("step_up.go_on")}</Button>
      </Form>
    </Page>
  );
}
