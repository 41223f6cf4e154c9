/** The worker hands in finished work: a note and photos, also without a network. */
import { forgetDeal, type PartyJob as Job, useJob } from "../../api/deals";
import { Refusal } from "../../api/problems";
import type { Query } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { WaitingNote } from "../../forms/WaitingNote";
import { type DraftOf, useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { KeptPhotos } from "./KeptPhotos";
import { EMPTY_PROOF, type Proof, ProofForm } from "./ProofForm";
import { blockOf, isClosedNow, nextOf } from "./submission";

export default function HandIn({ id }: { id: string }) {
  const address = { method: "POST", path: `/jobs/${id}/submission` } as const;
  const job = useJob(id) as Query<Job>; // `blockOf` tells the public view of a job, which has no worker
  const draft = useDraft<Proof>(`submission/${id}`, EMPTY_PROOF);
  const sending = useSending(draft, address);
  const before = useTakenBack(
    draft,
    address,
    (item) => ({
      note: String(item.body?.note ?? ""),
      photos: item.pictures?.ids ?? [],
    }),
    sending,
  );
  const outcome = sending.outcome.value;
  const found = job.data.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  return (
    <Page title={t("worker.hand_in_title")} back={`/deals/${id}`}>
      {content()}
    </Page>
  );

  function content() {
    if (outcome?.state === "sent") return <HandedIn id={id} job={found} />;
    if (outcome?.state === "waiting")
      return (
        <>
          <WaitingNote />
          <p>{t("worker.photos_wait")}</p>
        </>
      );
    if (!draft.ready.value) return <Skeleton />;
    if (refusal && isClosedNow(refusal)) return <ClosedMeanwhile id={id} draft={draft} job={found} />;
    // Without a network, and without a copy of the job, the work can still be handed in.
    if (!found && !(job.failure.value && !(job.failure.value instanceof Refusal)))
      return <Loaded query={job}>{() => null}</Loaded>;
    const block = found && blockOf(found);
    if (block === "closed") return <ClosedMeanwhile id={id} draft={draft} job={found} />;
    if (block)
      return (
        <Note kind={block === "handed_in" ? "done" : "info"}>
          <p>{t(`worker.block_${block}`)}</p>
        </Note>
      );
    return (
      <ProofForm
        job={found}
        draft={draft}
        refusal={refusal}
        busy={sending.busy.value}
        onSend={async (body, ids) => {
          const sent = await sending.send({
            ...address,
            kind: "submission",
            title: found?.title ?? "",
            body,
            pictures: { ids, purpose: "submission", field: "photos" },
            object: `jobs/${id}`,
            editPath: `/deals/${id}/submit`,
          });
          if (sent?.state === "sent") forgetDeal(id);
        }}
      />
    );
  }
}

function HandedIn({ id, job }: { id: string; job: Job | undefined }) {
  return (
    <>
      <Note kind="done" title={t("worker.handed_in")}>
        <p>{t(nextOf(job))}</p>
      </Note>
      <LinkButton href={`/deals/${id}`}>{t("worker.to_job")}</LinkButton>
    </>
  );
}

/** The job was closed before the work arrived: the photos stay, as evidence. */
function ClosedMeanwhile({ id, draft, job }: { id: string; draft: DraftOf<Proof>; job: Job | undefined }) {
  const { note, photos } = draft.values.value;
  const evidence = job?.payment !== "cash" && photos.length > 0;
  return (
    <>
      <Note kind="error">
        <p>{t("worker.closed_meanwhile")}</p>
        {(photos.length > 0 || note) && <p>{t("worker.photos_stay")}</p>}
      </Note>
      <KeptPhotos ids={photos} />
      {note && <p class="text">{note}</p>}
      {evidence && (
        <LinkButton href={`/deals/${id}/dispute?photos=${photos.join(",")}`}>
          {t("worker.as_evidence")}
        </LinkButton>
      )}
      <LinkButton kind="secondary" href={`/deals/${id}`}>
        {t("worker.to_job")}
      </LinkButton>
    </>
  );
}
