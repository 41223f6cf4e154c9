/** The form of the own profile. */
import { useSignal } from "@preact/signals";
import type { Refusal } from "../../api/problems";
import { PlaceField } from "../../cards/PlaceField";
import { Choices } from "../../forms/Choices";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { PhotoField } from "../../forms/PhotoField";
import { TextArea } from "../../forms/TextArea";
import { TextField } from "../../forms/TextField";
import type { DraftOf } from "../../offline/drafts";
import { has } from "../../session/person";
import { Button } from "../../ui/Button";
import { t } from "../../words/words";
import { errorsOfProfile, type ProfileValues } from "./profileChanges";

interface ProfileFormProps {
  draft: DraftOf<ProfileValues>;
  refusal: Refusal | undefined;
  busy: boolean;
  onSend: () => void;
}

export function ProfileForm({ draft, refusal, busy, onSend }: ProfileFormProps) {
  const own = useSignal<Errors>({});
  const values = draft.values.value;
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  return (
    <Form
      busy={busy}
      onSend={() => {
        own.value = errorsOfProfile(draft.values.peek());
        if (!Object.keys(own.value).length) onSend();
      }}
    >
      <ErrorSummary errors={errors} />
      {!Object.keys({ ...errors, ...errorsOf(refusal) }).length && <FailureNote failure={refusal} />}
      <TextField
        name="displayName"
        label={t("me.name")}
        autocomplete="name"
        value={values.displayName}
        error={errors.displayName}
        onInput={(displayName) => draft.change({ displayName })}
      />
      <PlaceField
        name="location"
        value={values.location}
        error={errors.location}
        onInput={(location) => draft.change({ location })}
      />
      <PhotoField
        name="photoUrl"
        label={t("me.photo")}
        hint={t("me.photo_hint")}
        max={1}
        ids={values.photos}
        error={errors.photoUrl}
        onChange={(photos) => draft.change({ photos })}
      />
      <TextArea
        name="bio"
        label={t("me.bio")}
        hint={t("me.bio_hint")}
        maxLength={2000}
        value={values.bio}
        error={errors.bio}
        onInput={(bio) => draft.change({ bio })}
      />
      {has("worker") && (
        <>
          <TextField
            name="trades"
            label={t("me.trades")}
            hint={t("me.trades_hint")}
            value={values.trades}
            error={errors.trades}
            onInput={(trades) => draft.change({ trades })}
          />
          <TextField
            name="yearsExperience"
            label={t("me.years")}
            inputmode="numeric"
            value={values.yearsExperience}
            error={errors.yearsExperience}
            onInput={(yearsExperience) => draft.change({ yearsExperience })}
          />
          <Choices
            name="availability"
            label={t("me.availability")}
            value={values.availability}
            onChoice={(availability) => draft.change({ availability })}
            choices={(["available", "busy", "unavailable"] as const).map((value) => ({
              value,
              label: t(`availability.${value}`),
            }))}
          />
        </>
      )}
      <Button busy={busy}>{t("save")}</Button>
    </Form>
  );
}
