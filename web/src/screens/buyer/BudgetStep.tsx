/** The last question: how much, when, and how it is paid. */
import { today } from "../../api/clock";
import { Choices } from "../../forms/Choices";
import { MoneyField, TextField } from "../../forms/TextField";
import { day } from "../../words/format";
import { t } from "../../words/words";
import { usePaymentChoices } from "./paymentChoices";
import { type Amounts, endOfWeek } from "./posting";
import { StepForm, type StepProps } from "./StepForm";

export function BudgetStep({ draft, amounts, onDone }: StepProps & { amounts: Amounts | undefined }) {
  const values = draft.values.value;
  const ways = usePaymentChoices();
  return (
    <StepForm step="budget" title={t("buyer.ask_budget")} draft={draft} amounts={amounts} onDone={onDone}>
      {(errors) => (
        <>
          <MoneyField
            name="budgetCents"
            label={t("buyer.budget")}
            hint={t("buyer.budget_hint")}
            value={values.budgetCents}
            error={errors.budgetCents}
            onInput={(budgetCents) => draft.change({ budgetCents })}
          />
          <Choices
            name="when"
            label={t("buyer.when_start")}
            value={values.when}
            choices={[
              { value: "soon", label: t("buyer.when_soon") },
              { value: "week", label: t("buyer.when_week", { day: day(endOfWeek(today())) }) },
              { value: "day", label: t("buyer.when_day") },
            ]}
            onChoice={(when) => draft.change({ when })}
          />
          {values.when === "day" && (
            <TextField
              name="startDate"
              type="date"
              label={t("buyer.start_day")}
              min={today()}
              value={values.startDate}
              error={errors.startDate}
              onInput={(startDate) => draft.change({ startDate })}
            />
          )}
          <Choices
            name="payment"
            label={t("buyer.how_paid")}
            value={values.payment}
            choices={ways}
            onChoice={(payment) => draft.change({ payment })}
          />
        </>
      )}
    </StepForm>
  );
}
