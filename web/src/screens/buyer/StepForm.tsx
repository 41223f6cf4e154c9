/** One step of posting a job: where one is, its errors, its fields, and the way on. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { Form } from "../../forms/Form";
import type { DraftOf } from "../../offline/drafts";
import { Button } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";
import { type Amounts, errorsOfStep, PAGES, type PostingValues, pathOf, STEPS, type Step } from "./posting";

export interface StepProps {
  draft: DraftOf<PostingValues>;
  onDone: () => void;
}

interface StepFormProps extends StepProps {
  step: Step;
  title: string;
  /** Whether the first field's label is the heading of the page. */
  ownHeading?: boolean;
  amounts?: Amounts | undefined;
  children: (errors: Errors) => ComponentChildren;
}

export function StepForm({
  step,
  title,
  ownHeading = false,
  draft,
  amounts,
  onDone,
  children,
}: StepFormProps) {
  const errors = useSignal<Errors>({});
  const shown = errorsLeft(errors.value, undefined, draft.values.value);
  const before = STEPS[STEPS.indexOf(step) - 1];
  return (
    <Page title={title} back={before ? pathOf(before) : "/"} ownHeading={ownHeading}>
      <p class="soft">{t("buyer.step", { number: STEPS.indexOf(step) + 1, of: PAGES })}</p>
      <Form
        onSend={() => {
          errors.value = errorsOfStep(step, draft.values.value, amounts);
          if (!Object.keys(errors.value).length) onDone();
        }}
      >
        <ErrorSummary errors={shown} />
        {children(shown)}
        <Button>{t("buyer.go_on")}</Button>
      </Form>
    </Page>
  );
}
