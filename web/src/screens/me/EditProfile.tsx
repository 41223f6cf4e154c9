/** The own profile: what others see. A change waits in the outbox when there is no network. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { forget, useQuery } from "../../api/query";
import { PlaceField } from "../../cards/PlaceField";
import { Choices } from "../../forms/Choices";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { PhotoField } from "../../forms/PhotoField";
import { TextArea } from "../../forms/TextArea";
import { TextField } from "../../forms/TextField";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { readPerson } from "../../session/enter";
import { has } from "../../session/person";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { changesOf, type ProfileValues, valuesOf, valuesOfChanges } from "./profileChanges";

type Profile = Schemas["OwnProfileView"];

const ADDRESS = { method: "PATCH", path: "/profiles/me" } as const;

export default function EditProfile() {
  const profile = useQuery("profiles/me", () => ask(api.GET("/profiles/me")), "private");
  return (
    <Page title={t("me.edit")} back="/me">
      <Loaded query={profile}>{(found) => <ProfileForm profile={found} />}</Loaded>
    </Page>
  );
}

function ProfileForm({ profile }: { profile: Profile }) {
  const draft = useDraft<ProfileValues>("profile", valuesOf(profile));
  const sending = useSending(draft);
  const before = useTakenBack(
    draft,
    ADDRESS,
    (item) => valuesOfChanges(item.body ?? {}, item.pictures?.ids ?? []),
    sending,
  );
  const own = useSignal<Errors>({});
  const outcome = sending.outcome.value;
  if (!draft.ready.value) return <Skeleton />;
  if (outcome?.state === "waiting") return <WaitingNote />;
  if (outcome?.state === "sent")
    return (
      <>
        <Note kind="done">{t("me.saved")}</Note>
        <LinkButton href="/me">{t("bar.me")}</LinkButton>
      </>
    );
  const values = draft.values.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const errors = Object.keys(own.value).length ? own.value : errorsOf(refusal);
  const send = async () => {
    const { body, errors: found } = changesOf(values, profile);
    own.value = found;
    if (Object.keys(found).length) return;
    const sent = await sending.send({
      ...ADDRESS,
      kind: "profile",
      title: values.displayName,
      body,
      object: "profiles/me",
      editPath: "/me/edit",
      ...(values.photos.length
        ? { pictures: { ids: values.photos, purpose: "profile", field: "photoUrl", one: true } }
        : {}),
    });
    if (sent?.state === "sent") {
      forget("profiles/");
      await readPerson();
    }
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <ErrorSummary errors={errors} />
      {!Object.keys(errors).length && <FailureNote failure={refusal} />}
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
            value={values.years}
            error={errors.yearsExperience}
            onInput={(years) => draft.change({ years })}
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
      <Button busy={sending.busy.value}>{t("save")}</Button>
    </form>
  );
}
