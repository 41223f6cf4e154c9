/** The form of a bid. It shows what the worker receives while the amount is typed. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import type { Refusal } from "../../api/problems";
import { Choices } from "../../forms/Choices";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { Form } from "../../forms/Form";
import { readMoney } from "../../forms/read";
import { TextArea } from "../../forms/TextArea";
import { MoneyField, TextField } from "../../forms/TextField";
import type { DraftOf } from "../../offline/drafts";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { money } from "../../words/format";
import { t } from "../../words/words";
import { boundsOf, type OfferValues, PROPOSAL_MOST, readOffer, received, refusedBid } from "./offer";

const DAYS = ["1", "2", "3", "5", "7", "14", "30"];
const OTHER = "other";

interface BidFormProps {
  job: Schemas["JobView"];
  config: Schemas["ConfigurationView"] | undefined;
  draft: DraftOf<OfferValues>;
  refusal: Refusal | undefined;
  busy: boolean;
  onSend: (offer: Schemas["BidOffer"]) => void;
}

export function BidForm({ job, config, draft, refusal, busy, onSend }: BidFormProps) {
  const own = useSignal<Errors>({});
  const values = draft.values.value;
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  const send = () => {
    const read = readOffer(values, boundsOf(config, job.payment));
    own.value = read.errors ?? {};
    if (!read.errors) onSend(read.offer);
  };
  return (
    <Form busy={busy} onSend={() => send()}>
      <ErrorSummary errors={errors} />
      {refusal && !refusal.errors.length && (
        <Note kind="error">
          <p>{refusedBid(refusal)}</p>
        </Note>
      )}
      <h2>{job.title}</h2>
      <p class="soft">{t("worker.budget", { amount: money(job.budgetCents) })}</p>
      <MoneyField
        name="amountCents"
        label={t("worker.amount")}
        hint={t(job.payment === "escrow" ? "worker.amount_hint_escrow" : "worker.amount_hint_cash")}
        value={values.amountCents}
        error={errors.amountCents}
        onInput={(amountCents) => draft.change({ amountCents })}
      />
      {job.payment === "escrow" && config && (
        <YouReceive amount={readMoney(values.amountCents)} percent={config.escrow.feePercent} />
      )}
      <DaysField values={values} errors={errors} onChange={(some) => draft.change(some)} />
      <TextArea
        name="proposal"
        label={t("worker.proposal")}
        hint={t("worker.proposal_hint")}
        maxLength={PROPOSAL_MOST}
        value={values.proposal}
        error={errors.proposal}
        onInput={(proposal) => draft.change({ proposal })}
      />
      <Button busy={busy}>{t("worker.send_bid")}</Button>
      <p class="small soft">{t("worker.one_bid")}</p>
    </Form>
  );
}

interface DaysFieldProps {
  values: OfferValues;
  errors: Errors;
  onChange: (some: Partial<OfferValues>) => void;
}

/** How many days: one of the usual numbers, or another one in a field of its own. */
function DaysField({ values, errors, onChange }: DaysFieldProps) {
  const days = values.timelineDays.trim();
  const asked = useSignal(false);
  const other = asked.value || (days !== "" && !DAYS.includes(days));
  const error = errors.timelineDays;
  return (
    <>
      <Choices
        name={other ? "days" : "timelineDays"}
        look="chips"
        label={t("worker.days")}
        choices={[
          ...DAYS.map((value) => ({ value, label: t("worker.days_count", { n: Number(value) }) })),
          { value: OTHER, label: t("worker.days_another") },
        ]}
        value={other ? OTHER : days}
        error={other ? undefined : error}
        onChoice={(choice) => {
          asked.value = choice === OTHER;
          onChange({ timelineDays: choice === OTHER ? "" : choice });
        }}
      />
      {other && (
        <TextField
          name="timelineDays"
          label={t("worker.days_other")}
          inputmode="numeric"
          autocomplete="off"
          value={values.timelineDays}
          error={error}
          onInput={(timelineDays) => {
            asked.value = true; // a usual number on the way to another one leaves the field open
            onChange({ timelineDays });
          }}
        />
      )}
    </>
  );
}

function YouReceive({ amount, percent }: { amount: number | null; percent: number }) {
  return (
    <p role="status">
      {amount !== null && (
        <>
          <strong class="amount">
            {t("worker.receive", { received: money(received(amount, percent)), amount: money(amount) })}
          </strong>{" "}
          <small>{t("worker.fee_why", { percent })}</small>
        </>
      )}
    </p>
  );
}
