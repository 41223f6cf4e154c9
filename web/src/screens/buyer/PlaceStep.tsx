/** The third question: where. */
import { PlaceField } from "../../cards/PlaceField";
import { t } from "../../words/words";
import { StepForm, type StepProps } from "./StepForm";

export function PlaceStep({ draft, onDone }: StepProps) {
  return (
    <StepForm step="place" title={t("buyer.ask_place")} ownHeading draft={draft} onDone={onDone}>
      {(errors) => (
        <PlaceField
          heading
          label={t("buyer.ask_place")}
          hint={t("buyer.place_hint")}
          value={draft.values.value.location}
          error={errors.location}
          onInput={(location) => draft.change({ location })}
        />
      )}
    </StepForm>
  );
}
