/** What each side said and showed, and the form to add more. It is sent at once and not queued, as all of a dispute. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import type { Escrow, PartyJob } from "../../api/deals";
import { usePhotoLimit } from "../../api/photoLimit";
import type { Side } from "../../deal/stages";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { PhotoField } from "../../forms/PhotoField";
import { TextArea } from "../../forms/TextArea";
import { useDraft } from "../../offline/drafts";
import { Photo } from "../../offline/Photo";
import { dropPictures, keptPicture, uploadPictures } from "../../offline/pictures";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Skeleton } from "../../ui/Skeleton";
import { moment } from "../../words/format";
import { t } from "../../words/words";

const TEXT_MOST = 2000;

interface EvidenceOfProps {
  job: PartyJob;
  side: Side;
  escrow: Escrow;
  /** Whether more can be added. */
  open: boolean;
  onAdded: () => void;
}

export function EvidenceOf({ job, side, escrow, open, onAdded }: EvidenceOfProps) {
  const all = escrow.dispute?.evidence ?? [];
  const names = { buyer: job.buyerName, worker: job.workerName ?? t("deal.the_worker") };
  return (
    <section id="evidence">
      <h2>{t("deals.evidence")}</h2>
      {(["buyer", "worker"] as const).map((one) => (
        <OneSide
          key={one}
          name={one === side ? t("deals.you") : names[one]}
          evidence={all.filter((piece) => piece.by === one)}
        />
      ))}
      {open && <AddEvidence job={job} onAdded={onAdded} />}
    </section>
  );
}

function OneSide({ name, evidence }: { name: string; evidence: Schemas["EvidenceView"][] }) {
  return (
    <>
      <h3>{name}</h3>
      {evidence.length === 0 && <p class="soft">{t("deals.no_evidence")}</p>}
      {evidence.map((piece) => (
        <article key={piece.at} class="card">
          <p class="text">{piece.text}</p>
          <div class="photos">
            {piece.photos.map((photo, index) => (
              <Photo
                key={photo.url ?? index}
                picture={photo}
                alt={t("photos.number", { number: index + 1 })}
                width={160}
              />
            ))}
          </div>
          <p class="small soft">{moment(piece.at)}</p>
        </article>
      ))}
    </>
  );
}

function AddEvidence({ job, onAdded }: { job: PartyJob; onAdded: () => void }) {
  const { query } = useLocation();
  const draft = useDraft<{ text: string; photos: string[] }>(`evidence/${job.id}`, { text: "", photos: [] });
  const own = useSignal<Errors>({});
  const added = useSignal(false);
  const most = usePhotoLimit();
  const ready = draft.ready.value;
  useEffect(() => {
    if (ready && query.photos) void takeOver(query.photos.split(","));
  }, [ready]);
  const add = useAction(async (key, text: string, ids: string[]) => {
    const photos = await uploadPictures(ids, "evidence");
    return ask(
      api.POST("/jobs/{jobId}/escrow/evidence", {
        params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
        body: { text, photos },
      }),
    );
  }, `evidence/${job.id}`);
  if (!ready) return <Skeleton />;
  const { text, photos } = draft.values.value;
  const errors = errorsLeft(own.value, add.failure.value, draft.values.value);

  /** Offers the photos of work that could not be handed in any more. */
  async function takeOver(ids: string[]): Promise<void> {
    const known = draft.values.peek().photos;
    const kept: string[] = [];
    for (const id of ids) if (!known.includes(id) && (await keptPicture(id))) kept.push(id);
    if (kept.length) draft.change({ photos: [...known, ...kept].slice(0, most) });
  }

  const send = async () => {
    own.value = text.trim() ? {} : { text: t("deals.evidence_missing") };
    if (own.value.text || !(await add.run(text.trim(), photos))) return;
    await draft.drop();
    await dropPictures(photos);
    added.value = true;
    onAdded();
  };
  return (
    <Form busy={add.busy.value} onSend={() => void send()}>
      <h3>{t("deals.add_evidence")}</h3>
      {added.value && (
        <Note kind="done">
          <p>{t("deals.evidence_added")}</p>
        </Note>
      )}
      <ErrorSummary errors={errors} />
      {!Object.keys({ ...errors, ...errorsOf(add.failure.value) }).length && (
        <FailureNote failure={add.failure.value} />
      )}
      <TextArea
        name="text"
        label={t("deals.evidence_text")}
        maxLength={TEXT_MOST}
        value={text}
        error={errors.text}
        onInput={(value) => draft.change({ text: value })}
      />
      <PhotoField
        name="photos"
        label={t("deals.evidence_photos")}
        ids={photos}
        error={errors.photos}
        onChange={(ids) => draft.change({ photos: ids })}
      />
      <Button busy={add.busy.value}>{t("deals.evidence_send")}</Button>
      <p class="small soft">{t("deals.needs_network")}</p>
    </Form>
  );
}
