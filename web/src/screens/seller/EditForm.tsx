/** The form of an edit. It sends what changed, meant for the version that it began from. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { Refusal, Unreachable } from "../../api/problems";
import { forget } from "../../api/query";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import {
  changeOfPhotos,
  removedBy,
  removedFrom,
  type StoredPhotos,
  storedOf,
} from "../../forms/storedPhotos";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { writeSaved } from "../../offline/saved";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { Clash } from "./Clash";
import { MaterialFields } from "./MaterialFields";
import {
  changesOf,
  clashesOf,
  EMPTY_MATERIAL,
  type FieldName,
  type Fields,
  fieldsOf,
  type MaterialValues,
  readFields,
  valuesOf,
} from "./material";

type Listing = Schemas["OwnListingView"];

interface Edit extends MaterialValues {
  /** What the edit began from; null before the first change. */
  base: Fields | null;
  version: number;
  /** The photos that the listing has. */
  stored: StoredPhotos;
  /** Fields that came back from the outbox: what they began from is not known any more. */
  returned: Partial<Fields> | null;
}

type Photos = Pick<Edit, "photos" | "stored">;

const EMPTY: Edit = { ...EMPTY_MATERIAL, base: null, version: 0, stored: storedOf([]), returned: null };

export function EditForm({ listing, onChanged }: { listing: Listing; onChanged: () => void }) {
  const address = { method: "PATCH", path: `/listings/${listing.id}` } as const;
  const draft = useDraft<Edit>(`material/${listing.id}`, EMPTY);
  const sending = useSending(draft, undefined, {
    onSent: (answer) => {
      void writeSaved("private", `listings/${listing.id}`, answer);
      forget("listings/mine");
      onChanged();
    },
  });
  const before = useTakenBack(
    draft,
    address,
    (item) => {
      const body = (item.body ?? {}) as Partial<Fields>;
      return {
        ...valuesOf({ ...fieldsOf(listing), ...body }),
        photos: item.pictures?.ids ?? [],
        base: fieldsOf(listing),
        version: listing.version,
        stored: removedBy(item.pictures?.stay, listing.photos),
        returned: body,
      };
    },
    sending,
  );
  const own = useSignal<Errors>({});
  const newer = useSignal<Listing | null>(null);
  const nothing = useSignal(false);
  const saving = useSignal(false); // from the first try until what was changed meanwhile is compared
  if (!draft.ready.value) return <Skeleton />;

  const outcome = sending.outcome.value;
  if (outcome?.state === "waiting") return <WaitingNote />;
  const edit = draft.values.value;
  const values: Edit = edit.base
    ? edit
    : {
        ...edit,
        ...valuesOf(listing),
        photos: edit.photos,
        base: fieldsOf(listing),
        version: listing.version,
        stored: storedOf(listing.photos),
      };
  const refusal = outcome?.state === "refused" ? outcome.refusal : stillOpen(before.value);
  const errors = errorsLeft(own.value, refusal, values);

  /** A change that was refused for its version, and stands there as it was written, had arrived before. */
  function stillOpen(refused: Refusal | undefined): Refusal | undefined {
    const arrived =
      refused?.status === 412 && !clashesOf(null, edit.returned ?? {}, fieldsOf(listing)).length;
    return arrived ? undefined : refused;
  }

  const change = (some: Partial<Edit>) => {
    nothing.value = false;
    sending.outcome.value = undefined;
    draft.change(draft.values.peek().base ? some : { ...values, ...some });
  };

  /** Sends what differs from a version of the listing. */
  const send = async (wanted: Fields, base: Fields, version: number, photos: Photos) => {
    const changes = changesOf(base, wanted);
    const pictures = changeOfPhotos(photos.stored, photos.photos, "listing");
    if (!Object.keys(changes).length && !pictures.pictures) {
      nothing.value = true; // also a change that arrived although its answer was lost
      await draft.drop();
      onChanged();
      return;
    }
    const sent = await sending.send({
      ...address,
      kind: "listing_change",
      title: wanted.title,
      body: changes,
      headers: { "If-Match": `"${version}"` },
      ...pictures,
      object: `listings/${listing.id}`,
      editPath: `/me/materials/${listing.id}`,
    });
    if (sent?.state === "sent") newer.value = null;
    else if (sent?.state === "refused" && sent.refusal.status === 412) await compare(wanted, base, photos);
  };

  /** Somebody changed the listing meanwhile: shows the differences, or sends again where there are none. */
  const compare = async (wanted: Fields, base: Fields, photos: Photos) => {
    const present = (await readAgain(listing.id)) ?? null;
    if (!present) return;
    const changes = changesOf(base, wanted);
    if (clashesOf(base, changes, present).length) {
      newer.value = present;
      return;
    }
    const stored = removedFrom(present.photos, photos.stored);
    await send({ ...fieldsOf(present), ...changes }, fieldsOf(present), present.version, {
      ...photos,
      stored,
    });
  };

  const sendAndCompare = async (...change: Parameters<typeof send>) => {
    saving.value = true;
    try {
      await send(...change);
    } finally {
      saving.value = false;
    }
  };

  const save = async () => {
    const read = readFields(values);
    own.value = read.errors ?? {};
    if (read.errors || !values.base) return;
    if (values.returned && clashesOf(null, values.returned, fieldsOf(listing)).length && !newer.value) {
      newer.value = listing; // what waited was written for an older version
      return;
    }
    await sendAndCompare(read.value, values.base, values.version, values);
  };

  const other = newer.value;
  if (other) {
    const mine = readFields(values);
    if (!mine.errors && values.base) {
      const changes = values.returned ?? changesOf(values.base, mine.value);
      const names = clashesOf(values.returned ? null : values.base, changes, other);
      return (
        <Clash
          names={names}
          mine={mine.value}
          newer={other}
          busy={saving.value}
          onChosen={(chosen: FieldName[]) => {
            const kept = Object.fromEntries(
              Object.entries(changes).filter(
                ([name]) => !names.includes(name as FieldName) || chosen.includes(name as FieldName),
              ),
            );
            newer.value = null;
            const wanted = { ...fieldsOf(other), ...kept };
            const photos = { photos: values.photos, stored: removedFrom(other.photos, values.stored) };
            draft.change({
              ...valuesOf(wanted),
              ...photos,
              base: fieldsOf(other),
              version: other.version,
              returned: null,
            });
            void sendAndCompare(wanted, fieldsOf(other), other.version, photos);
          }}
        />
      );
    }
  }
  return (
    <Form busy={saving.value} onSend={() => void save()}>
      <h2>{t("seller.change_it")}</h2>
      {outcome?.state === "sent" && (
        <Note kind="done">
          <p>
            {t(
              (outcome.answer as Listing | undefined)?.status === "pending"
                ? "seller.changed_pending"
                : "seller.changed",
            )}
          </p>
        </Note>
      )}
      {nothing.value && <Note kind="info">{t("seller.nothing_changed")}</Note>}
      <ErrorSummary errors={errors} />
      {refusal && !refusal.errors.length && <FailureNote failure={refusal} />}
      <MaterialFields
        values={values}
        errors={errors}
        onChange={change}
        photosLabel={t("seller.photos")}
        photosHint={t("seller.photos_hint")}
        stored={{ pictures: listing.photos, state: values.stored, onChange: (stored) => change({ stored }) }}
      />
      <Button busy={saving.value}>{t("seller.save")}</Button>
    </Form>
  );
}

async function readAgain(id: string): Promise<Listing | undefined> {
  try {
    return (await ask(api.GET("/listings/{listingId}", { params: { path: { listingId: id } } }))) as Listing;
  } catch (cause) {
    if (cause instanceof Refusal || cause instanceof Unreachable) return undefined; // the refusal of the edit is shown
    throw cause;
  }
}
