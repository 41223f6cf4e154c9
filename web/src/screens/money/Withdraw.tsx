/** Takes credits out, to the person's own bank account. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { now } from "../../api/clock";
import { readPayoutAccount } from "../../api/payoutAccount";
import { Refusal } from "../../api/problems";
import { forget, useQuery } from "../../api/query";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { Loaded } from "../../forms/Loaded";
import { MoneyField } from "../../forms/TextField";
import { useDraft } from "../../offline/drafts";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { needOf, readAmount, type State } from "./withdrawal";

const MINUTE = 60_000;

interface Done {
  entry: Schemas["TransactionView"];
  /** Whether it is one that was asked for earlier, of which the answer was lost. */
  wasBefore: boolean;
}

export default function Withdraw() {
  const state = useQuery("credits/withdrawable", readState);
  const done = useSignal<Done | null>(null);
  return (
    <Page title={t("money.withdraw_title")} back="/me/credits">
      {done.value ? (
        <OnItsWay {...done.value} />
      ) : (
        <Loaded query={state}>
          {(found) => (
            <Withdrawing
              state={found}
              onDone={(entry) => {
                done.value = { entry, wasBefore: Date.parse(entry.createdAt) < now() - MINUTE };
                forget("credits/");
              }}
              onChanged={() => void state.reload()}
            />
          )}
        </Loaded>
      )}
    </Page>
  );
}

/** Returns all that decides whether something can be withdrawn. */
async function readState(): Promise<State> {
  const [balance, config, account] = await Promise.all([
    ask(api.GET("/credits/balance")),
    ask(api.GET("/config")),
    readPayoutAccount(),
  ]);
  return {
    withdrawableCents: balance.withdrawableCents,
    leastCents: config.amounts.withdrawalMinCents,
    account,
  };
}

function Withdrawing({
  state,
  onDone,
  onChanged,
}: {
  state: State;
  onDone: (entry: Schemas["TransactionView"]) => void;
  onChanged: () => void;
}) {
  const draft = useDraft("withdrawal", { amount: "" });
  const own = useSignal<Errors>({});
  const withdraw = useAction(
    (key, amountCents: number) =>
      ask(
        api.POST("/credits/withdrawals", {
          params: { header: { "Idempotency-Key": key } },
          body: { amountCents },
        }),
      ),
    "withdrawal",
  );
  const failure = withdraw.failure.value;
  const errors = errorsLeft(own.value, failure, draft.values.value);
  const need = needOf(state, now());
  if (need)
    return (
      <>
        <Note kind="info">
          <p>{need.text}</p>
        </Note>
        {need.kind === "account" ? (
          <LinkButton href="/me/payout-account">{t("money.to_account")}</LinkButton>
        ) : (
          <LinkButton href="/me/credits">{t("money.to_credits")}</LinkButton>
        )}
      </>
    );
  return (
    <Form
      busy={withdraw.busy.value}
      onSend={async () => {
        const read = readAmount(draft.values.peek().amount, state);
        own.value = read.errors ?? {};
        if (read.errors) return;
        const entry = await withdraw.run(read.amountCents);
        if (entry) {
          await draft.drop();
          onDone(entry);
        } else if (withdraw.failure.peek() instanceof Refusal) onChanged();
      }}
    >
      <ErrorSummary errors={errors} />
      {!Object.keys({ ...errors, ...errorsOf(failure) }).length && <FailureNote failure={failure} />}
      <p>{t("money.can_withdraw", { amount: money(state.withdrawableCents) })}</p>
      <p>
        {t("money.goes_to", {
          bank: state.account?.bankName ?? "",
          number: state.account?.accountNumberMasked ?? "",
        })}{" "}
        <a class="tap" href="/me/payout-account">
          {t("edit")}
        </a>
      </p>
      <MoneyField
        name="amountCents"
        label={t("money.how_much")}
        hint={t("money.least", { amount: money(state.leastCents) })}
        value={draft.values.value.amount}
        error={errors.amountCents}
        onInput={(value) => draft.change({ amount: value })}
      />
      <Button busy={withdraw.busy.value}>{t("money.withdraw")}</Button>
      <p class="small soft">{t("money.asks_code")}</p>
    </Form>
  );
}

function OnItsWay({ entry, wasBefore }: Done) {
  return (
    <>
      <Note kind="done" title={t("money.withdrawn", { amount: money(-entry.amountCents) })}>
        {wasBefore && <p>{t("money.withdrawn_before", { when: moment(entry.createdAt) })}</p>}
        <p>{t("money.withdrawn_next")}</p>
      </Note>
      <LinkButton href="/me/credits">{t("money.to_credits")}</LinkButton>
    </>
  );
}
