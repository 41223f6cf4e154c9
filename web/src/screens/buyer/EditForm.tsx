/** The form of an open job. What bids were made for stays as it is. */
import { useSignal } from "@preact/signals";
import { today } from "../../api/clock";
import { type PartyJob, useConfiguration } from "../../api/deals";
import type { Refusal } from "../../api/problems";
import { JOB_CATEGORIES } from "../../cards/CategoryPicture";
import { PlaceField } from "../../cards/PlaceField";
import { Choices } from "../../forms/Choices";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { PhotoField } from "../../forms/PhotoField";
import { Select } from "../../forms/Select";
import { TextArea } from "../../forms/TextArea";
import { MoneyField, TextField } from "../../forms/TextField";
import type { DraftOf } from "../../offline/drafts";
import { Button } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { t } from "../../words/words";
import { changedFields, type EditValues } from "./editing";
import { usePaymentChoices } from "./paymentChoices";
import { type Amounts, errorOfBudget, errorOfDay, errorsOfWork } from "./posting";

interface EditFormProps {
  job: PartyJob;
  draft: DraftOf<EditValues>;
  refusal: Refusal | undefined;
  busy: boolean;
  onSend: () => void;
}

export function EditForm({ job, draft, refusal, busy, onSend }: EditFormProps) {
  const config = useConfiguration();
  const ways = usePaymentChoices();
  const own = useSignal<Errors>({});
  const values = draft.values.value;
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  const fixed = job.bidCount > 0;
  return (
    <Form
      busy={busy}
      onSend={() => {
        own.value = errorsOfEdit(draft.values.peek(), config.data.value?.amounts);
        if (!Object.keys(own.value).length) onSend();
      }}
    >
      <ErrorSummary errors={errors} />
      {refusal && !refusal.errors.length && <FailureNote failure={refusal} />}
      {fixed ? (
        <>
          <p>{t("buyer.fixed_why")}</p>
          <Facts
            facts={[
              [t("buyer.title"), job.title],
              [t("buyer.category"), t(`category.${job.category}`)],
              [t("buyer.how_paid"), t(`payment.${job.payment}`)],
            ]}
          />
        </>
      ) : (
        <>
          <TextField
            name="title"
            label={t("buyer.title")}
            maxLength={200}
            value={values.title}
            error={errors.title}
            onInput={(title) => draft.change({ title })}
          />
          <Select
            name="category"
            label={t("buyer.category")}
            value={values.category}
            options={JOB_CATEGORIES.map((one) => ({ value: one, label: t(`category.${one}`) }))}
            error={errors.category}
            onChange={(category) => draft.change({ category })}
          />
        </>
      )}
      <TextArea
        name="description"
        label={t("buyer.description")}
        maxLength={5000}
        value={values.description}
        error={errors.description}
        onInput={(description) => draft.change({ description })}
      />
      <PlaceField
        value={values.location}
        error={errors.location}
        onInput={(location) => draft.change({ location })}
      />
      <MoneyField
        name="budgetCents"
        label={t("buyer.budget")}
        value={values.budgetCents}
        error={errors.budgetCents}
        onInput={(budgetCents) => draft.change({ budgetCents })}
      />
      <TextField
        name="startDate"
        type="date"
        label={t("buyer.start_day")}
        hint={t("buyer.start_day_hint")}
        min={today()}
        value={values.startDate}
        error={errors.startDate}
        onInput={(startDate) => draft.change({ startDate })}
      />
      {!fixed && (
        <Choices
          name="payment"
          label={t("buyer.how_paid")}
          value={values.payment as "cash" | "escrow"}
          choices={ways}
          onChoice={(payment) => draft.change({ payment })}
        />
      )}
      <PhotoField
        name="photos"
        label={t("buyer.photos")}
        hint={t("buyer.photos_hint")}
        stored={{
          pictures: job.photos,
          state: values.stored,
          onChange: (stored) => draft.change({ stored }),
        }}
        ids={values.photos}
        error={errors.photos}
        onChange={(photos) => draft.change({ photos })}
      />
      <Button busy={busy}>{t("save")}</Button>
    </Form>
  );
}

/** Returns the errors of a change; a day that was not touched may be past. */
function errorsOfEdit(values: EditValues, amounts: Amounts | undefined): Errors {
  const changed = changedFields(values);
  const day = changed.includes("startDate") && values.startDate;
  return {
    ...errorsOfWork(values),
    ...([...values.location.trim()].length < 2 ? { location: t("buyer.place_missing") } : {}),
    ...errorOfBudget(
      { budgetCents: values.budgetCents, payment: values.payment as "cash" | "escrow" },
      amounts,
    ),
    ...(day ? errorOfDay({ when: "day", startDate: values.startDate }) : {}),
  };
}
