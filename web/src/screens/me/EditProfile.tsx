/** The own profile: what others see. A change waits in the outbox when there is no network. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { forget, useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Reconcile } from "../../forms/Reconcile";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { writeSaved } from "../../offline/saved";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { readPerson } from "../../session/enter";
import { LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { ProfileConflicts } from "./ProfileConflicts";
import { ProfileForm } from "./ProfileForm";
import {
  bodyOfChanges,
  PROFILE_RULES,
  type ProfileValues,
  valuesOf,
  valuesOfChanges,
} from "./profileChanges";

type Profile = Schemas["OwnProfileView"];

const ADDRESS = { method: "PATCH", path: "/profiles/me" } as const;

export default function EditProfile() {
  const profile = useQuery("profiles/me", readProfile, "private");
  return (
    <Page title={t("me.edit")} back="/me">
      <Loaded query={profile}>{(found) => <Editing profile={found} />}</Loaded>
    </Page>
  );
}

function Editing({ profile }: { profile: Profile }) {
  const draft = useDraft<ProfileValues>("profile", valuesOf(profile));
  const sending = useSending(draft, undefined, {
    onSent: (answer) => {
      void writeSaved("private", "profiles/me", answer); // the next edit begins from it
      forget("profiles/");
      readPerson().catch(() => undefined); // without a network the frame has the new name later
    },
  });
  const before = useTakenBack(
    draft,
    ADDRESS,
    (item) => valuesOfChanges(item.body ?? {}, item.pictures?.ids ?? []),
    sending,
  );
  const done = useSignal(false);
  const outcome = sending.outcome.value;
  if (done.value || outcome?.state === "sent") return <Saved />;
  if (!draft.ready.value) return <Skeleton />;
  if (outcome?.state === "waiting") return <WaitingNote />;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;

  const finish = async () => {
    done.value = true;
    await draft.drop();
    forget("profiles/");
  };
  const send = async (values: ProfileValues) => {
    const body = bodyOfChanges(values);
    if (!Object.keys(body).length && !values.photos.length) return finish(); // nothing is left to change
    await sending.send({
      ...ADDRESS,
      kind: "profile",
      title: values.displayName,
      body,
      headers: { "If-Match": `"${values.version}"` },
      object: "profiles/me",
      editPath: "/me/edit",
      ...(values.photos.length
        ? { pictures: { ids: values.photos, purpose: "profile", field: "photoUrl", one: true } }
        : {}),
    });
  };

  if (refusal?.code === "stale_version")
    return (
      <Reconcile
        draft={draft}
        rules={PROFILE_RULES}
        read={readProfile}
        onSend={(values) => {
          sending.outcome.value = undefined;
          before.value = undefined;
          void send(values);
        }}
        onDone={() => void finish()}
      >
        {(values, newest, onChosen) => (
          <ProfileConflicts values={values} newest={newest} onChosen={onChosen} />
        )}
      </Reconcile>
    );
  return (
    <ProfileForm
      draft={draft}
      refusal={refusal}
      busy={sending.busy.value}
      onSend={() => void send(draft.values.peek())}
    />
  );
}

function Saved() {
  return (
    <>
      <Note kind="done">{t("me.saved")}</Note>
      <LinkButton href="/me">{t("bar.me")}</LinkButton>
    </>
  );
}

function readProfile(): Promise<Profile> {
  return ask(api.GET("/profiles/me"));
}
