/** Deleting one's account: what it does is said first, credits are given up only by name, and a word is typed. */
import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { Loaded } from "../../forms/Loaded";
import { TextField } from "../../forms/TextField";
import { leave } from "../../session/leave";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { OriginalText } from "../../ui/OriginalText";
import { Page } from "../../ui/Page";
import { day, money } from "../../words/format";
import { t } from "../../words/words";

export default function Erasure() {
  const balance = useQuery("credits/balance", () => ask(api.GET("/credits/balance")));
  return (
    <Page title={t("settings.erasure")} back="/me/settings">
      <p>
        <OriginalText word="settings.erasure_what" />
      </p>
      <p>
        <OriginalText word="settings.erasure_kept" />
      </p>
      <LinkButton kind="secondary" href="/me/settings/export">
        {t("settings.export")}
      </LinkButton>
      <Loaded query={balance}>{(found) => <Confirmation balance={found} />}</Loaded>
    </Page>
  );
}

function Confirmation({ balance }: { balance: Schemas["BalanceView"] }) {
  const { route } = useLocation();
  const typed = useSignal("");
  const forfeits = useSignal(false);
  const scheduled = useSignal<string | null>(null);
  const hint = useSignal("");
  const go = async (to: string) => {
    await leave();
    route(to, true);
  };
  const erase = useAction(async () => {
    const query = balance.balanceCents > 0 ? { forfeitCents: balance.balanceCents } : {};
    const answer = await ask(api.DELETE("/profiles/me", { params: { query } }));
    if (answer?.scheduledFor) scheduled.value = answer.scheduledFor;
    else await go("/?deleted=yes"); // where it is said
  });
  const word = t("settings.erasure_word");
  const send = () => {
    hint.value = "";
    if (typed.value.trim().toLowerCase() !== word.toLowerCase())
      hint.value = t("settings.erasure_type", { word });
    else if (balance.balanceCents > 0 && !forfeits.value) hint.value = t("settings.forfeit_missing");
    else void erase.run();
  };
  if (scheduled.value)
    return (
      <>
        <Note kind="done">{t("settings.erasure_scheduled", { when: day(scheduled.value) })}</Note>
        <Button onClick={() => void go("/")}>{t("sign_out")}</Button>
      </>
    );
  return (
    <Form busy={erase.busy.value} onSend={() => send()}>
      <FailureNote failure={erase.failure.value} />
      {balance.balanceCents > 0 && (
        <label class="choice">
          <input
            type="checkbox"
            checked={forfeits.value}
            onChange={(event) => {
              forfeits.value = event.currentTarget.checked;
            }}
          />
          {t("settings.forfeit", { amount: money(balance.balanceCents) })}
        </label>
      )}
      <TextField
        name="word"
        label={t("settings.erasure_type", { word })}
        autocomplete="off"
        value={typed.value}
        error={hint.value || undefined}
        onInput={(value) => {
          typed.value = value;
        }}
      />
      <Button kind="danger" busy={erase.busy.value}>
        {t("settings.erasure_do")}
      </Button>
    </Form>
  );
}
