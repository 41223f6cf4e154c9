/** The form of finished work. Its photos are made small and kept on the phone at once. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import type { Refusal } from "../../api/problems";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { PhotoField } from "../../forms/PhotoField";
import { TextArea } from "../../forms/TextArea";
import type { DraftOf } from "../../offline/drafts";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { t } from "../../words/words";
import { NOTE_MOST } from "./submission";

export interface Proof {
  note: string;
  /** The ids of kept photos. */
  photos: string[];
}

export const EMPTY_PROOF: Proof = { note: "", photos: [] };

interface ProofFormProps {
  job: Schemas["PartyJobView"] | undefined;
  draft: DraftOf<Proof>;
  refusal: Refusal | undefined;
  busy: boolean;
  onSend: (body: { note: string | null }, photos: string[]) => void;
}

export function ProofForm({ job, draft, refusal, busy, onSend }: ProofFormProps) {
  const own = useSignal<Errors>({});
  const { note, photos } = draft.values.value;
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  const sentBack = job?.changes.at(-1);
  const send = () => {
    own.value = readProof(draft.values.value, job?.payment === "escrow");
    if (!Object.keys(own.value).length) onSend({ note: note.trim() || null }, photos);
  };
  return (
    <Form busy={busy} onSend={() => send()}>
      <ErrorSummary errors={errors} />
      {refusal && !refusal.errors.length && <FailureNote failure={refusal} />}
      {job && <h2>{job.title}</h2>}
      {sentBack && (
        <Note kind="info" title={t("worker.sent_back")}>
          <p class="text">{sentBack.reason}</p>
        </Note>
      )}
      <PhotoField
        name="photos"
        label={t("worker.photos")}
        hint={t(job?.payment === "cash" ? "worker.photos_hint_cash" : "worker.photos_hint_escrow")}
        ids={photos}
        error={errors.photos}
        onChange={(ids) => draft.change({ photos: ids })}
      />
      <TextArea
        name="note"
        label={t("worker.note")}
        hint={t("worker.note_hint")}
        maxLength={NOTE_MOST}
        value={note}
        error={errors.note}
        onInput={(text) => draft.change({ note: text })}
      />
      <Button busy={busy}>{t("worker.hand_in")}</Button>
      <p class="small soft">{t("worker.offline_works")}</p>
    </Form>
  );
}

/** Returns the errors of finished work. */
export function readProof(proof: Proof, needsPhoto: boolean): Errors {
  const errors: Errors = {};
  if (needsPhoto && !proof.photos.length) errors.photos = t("worker.photo_missing");
  if ([...proof.note.trim()].length > NOTE_MOST) errors.note = t("field.too_long", { max: NOTE_MOST });
  return errors;
}
