/** The own profile: what others see. A change waits in the outbox when there is no network. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { forget, useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { ReadAgain } from "../../forms/ReadAgain";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
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
  conflictsOf,
  type Field,
  type ProfileValues,
  rebased,
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
  const sending = useSending(draft);
  const before = useTakenBack(
    draft,
    ADDRESS,
    (item) => valuesOfChanges(item.body ?? {}, item.pictures?.ids ?? []),
    sending,
  );
  const newest = useSignal<Profile | undefined>(undefined);
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
    const sent = await sending.send({
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
    if (sent?.state === "sent") {
      forget("profiles/");
      await readPerson();
    }
  };
  const sendAgain = (found: Profile, mine: Field[]) => {
    const values = rebased(draft.values.peek(), found, mine);
    draft.change(values);
    newest.value = undefined;
    sending.outcome.value = undefined;
    before.value = undefined;
    return send(values);
  };

  if (newest.value) {
    const found = newest.value;
    return (
      <ProfileConflicts
        values={draft.values.value}
        newest={found}
        onChosen={(mine) => void sendAgain(found, mine)}
      />
    );
  }
  if (refusal?.code === "stale_version")
    return (
      <ReadAgain
        read={readProfile}
        onRead={(found) => {
          const values = draft.values.peek();
          if (conflictsOf(values, found).length) newest.value = found;
          else if (values.photos.length)
            void sendAgain(found, []); // photos cannot be compared, and must not be lost
          else void finish(); // the change had worked, and its answer was lost
        }}
      />
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
