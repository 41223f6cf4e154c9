/** The second question: what is to be done, with photos. */
import { PhotoField } from "../../forms/PhotoField";
import { TextArea } from "../../forms/TextArea";
import { TextField } from "../../forms/TextField";
import { t } from "../../words/words";
import { StepForm, type StepProps } from "./StepForm";

export function WorkStep({ draft, onDone }: StepProps) {
  const values = draft.values.value;
  return (
    <StepForm step="work" title={t("buyer.ask_work")} draft={draft} onDone={onDone}>
      {(errors) => (
        <>
          <TextField
            name="title"
            label={t("buyer.title")}
            hint={t("buyer.title_hint")}
            maxLength={200}
            value={values.title}
            error={errors.title}
            onInput={(title) => draft.change({ title })}
          />
          <TextArea
            name="description"
            label={t("buyer.description")}
            hint={t("buyer.description_hint")}
            maxLength={5000}
            value={values.description}
            error={errors.description}
            onInput={(description) => draft.change({ description })}
          />
          <PhotoField
            name="photos"
            label={t("buyer.photos")}
            hint={t("buyer.photos_hint")}
            ids={values.photos}
            error={errors.photos}
            onChange={(photos) => draft.change({ photos })}
          />
        </>
      )}
    </StepForm>
  );
}
