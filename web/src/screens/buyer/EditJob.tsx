/** Changes an open job. Where two changes meet, both values of each field are shown. */
import { useSignal } from "@preact/signals";
import { forgetDeal, isPartyJob, type Job, type PartyJob, readJob, useJob } from "../../api/deals";
import { sideOf } from "../../deal/stages";
import { Loaded } from "../../forms/Loaded";
import { Reconcile } from "../../forms/Reconcile";
import { removedBy } from "../../forms/storedPhotos";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { writeSaved } from "../../offline/saved";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { person } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { Conflicts } from "./Conflicts";
import { EditForm } from "./EditForm";
import { bodyOfChanges, type EditValues, JOB_RULES, photosOf, textsOfBody, valuesOfJob } from "./editing";

export default function EditJob({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Page title={t("buyer.edit_title")} back={`/deals/${id}`}>
      <Loaded query={job}>{(found) => <Checked job={found} />}</Loaded>
    </Page>
  );
}

function Checked({ job }: { job: Job }) {
  const owner = isPartyJob(job) && sideOf(job, person.value?.userId) === "buyer";
  if (!isPartyJob(job) || !owner) return <Note kind="info">{t("buyer.only_buyer_edits")}</Note>;
  if (job.status !== "open") return <Note kind="info">{t("buyer.edit_over")}</Note>;
  return <Editing job={job} />;
}

function Editing({ job }: { job: PartyJob }) {
  const address = { method: "PATCH", path: `/jobs/${job.id}` } as const;
  const draft = useDraft<EditValues>(`edit/${job.id}`, valuesOfJob(job));
  const sending = useSending(draft, undefined, {
    onSent: (answer) => void writeSaved("private", `jobs/${job.id}`, answer),
  });
  const before = useTakenBack(
    draft,
    address,
    (item) => ({
      ...textsOfBody(item.body ?? {}),
      photos: item.pictures?.ids ?? [],
      stored: removedBy(item.pictures?.stay, job.photos),
    }),
    sending,
  );
  const outcome = sending.outcome.value;
  const done = useSignal(false);
  if (done.value || outcome?.state === "sent") return <Changed id={job.id} />;
  if (outcome?.state === "waiting") return <WaitingNote />;
  if (!draft.ready.value) return <Skeleton />;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;

  const finish = async () => {
    done.value = true;
    await draft.drop();
    forgetDeal(job.id);
  };
  const send = async (values: EditValues) => {
    const body = bodyOfChanges(values);
    const photos = photosOf(values);
    if (!Object.keys(body).length && !photos.pictures) return finish(); // nothing is left to change
    const sent = await sending.send({
      ...address,
      kind: "job_change",
      title: job.title,
      body,
      headers: { "If-Match": `"${values.version}"` },
      ...photos,
      object: `jobs/${job.id}`,
      editPath: `/deals/${job.id}/edit`,
    });
    if (sent?.state === "sent") forgetDeal(job.id);
  };

  if (refusal?.code === "stale_version")
    return (
      <Reconcile
        draft={draft}
        rules={JOB_RULES}
        read={async () => (await readJob(job.id)) as PartyJob} // its buyer is a party for ever
        onSend={(values) => {
          sending.outcome.value = undefined;
          before.value = undefined;
          void send(values);
        }}
        onDone={() => void finish()}
      >
        {(values, newest, onChosen) => <Conflicts values={values} newest={newest} onChosen={onChosen} />}
      </Reconcile>
    );
  return (
    <EditForm
      job={job}
      draft={draft}
      refusal={refusal}
      busy={sending.busy.value}
      onSend={() => void send(draft.values.peek())}
    />
  );
}

function Changed({ id }: { id: string }) {
  return (
    <>
      <Note kind="done" title={t("buyer.edited")}>
        <p>{t("buyer.edited_next")}</p>
      </Note>
      <LinkButton href={`/deals/${id}`}>{t("buyer.to_job")}</LinkButton>
    </>
  );
}
