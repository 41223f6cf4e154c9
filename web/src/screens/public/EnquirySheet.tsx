/** The sheet by which a buyer asks a seller. Without a network the question waits, and is sent later. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextArea } from "../../forms/TextArea";
import { TextField } from "../../forms/TextField";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Sheet } from "../../ui/Sheet";
import { t } from "../../words/words";

const SHORTEST = 10;
const LONGEST = 500;

interface EnquiryForm {
  text: string;
  quantity: string;
}

interface EnquirySheetProps {
  listing: Pick<Schemas["ListingView"], "id" | "title">;
  onClose: () => void;
}

export function EnquirySheet({ listing, onClose }: EnquirySheetProps) {
  const draft = useDraft<EnquiryForm>(`enquiry/${listing.id}`, { text: "", quantity: "" });
  const address = { method: "POST", path: `/listings/${listing.id}/enquiries` } as const;
  const own = useSignal<Errors>({});
  const sending = useSending(draft, address);
  const before = useTakenBack(
    draft,
    address,
    ({ body }) => ({ text: String(body?.text ?? ""), quantity: String(body?.quantity ?? "") }),
    sending,
  );
  const outcome = sending.outcome.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  const send = async () => {
    own.value = mistakes(draft.values.value);
    if (Object.keys(own.value).length) return;
    const { text, quantity } = draft.values.value;
    await sending.send({
      ...address,
      kind: "enquiry",
      title: listing.title,
      body: { text: text.trim(), ...(quantity.trim() ? { quantity: readWhole(quantity) } : {}) },
      object: `listings/${listing.id}`,
      editPath: `/materials/${listing.id}?ask=1`,
    });
  };
  if (outcome && outcome.state !== "refused")
    return <Done sent={outcome.state === "sent"} onClose={onClose} />;
  return (
    <Sheet title={t("public.enquiry.title", { title: listing.title })} onClose={onClose}>
      <ErrorSummary errors={errors} />
      {!Object.keys({ ...errors, ...errorsOf(refusal) }).length && <FailureNote failure={refusal} />}
      {draft.full.value && <Note kind="error">{t("draft.full")}</Note>}
      {draft.ready.value && (
        <Form busy={sending.busy.value} onSend={() => void send()}>
          <TextArea
            name="text"
            label={t("public.enquiry.text")}
            hint={t("public.enquiry.text_hint")}
            maxLength={LONGEST}
            value={draft.values.value.text}
            error={errors.text}
            onInput={(text) => draft.change({ text })}
          />
          <TextField
            name="quantity"
            label={t("public.enquiry.quantity")}
            inputmode="numeric"
            autocomplete="off"
            value={draft.values.value.quantity}
            error={errors.quantity}
            onInput={(quantity) => draft.change({ quantity })}
          />
          <p>{t("public.enquiry.shows_phone")}</p>
          <Button busy={sending.busy.value}>{t("public.enquiry.send")}</Button>
        </Form>
      )}
      <Button kind="plain" onClick={onClose}>
        {t("cancel")}
      </Button>
    </Sheet>
  );
}

function Done({ sent, onClose }: { sent: boolean; onClose: () => void }) {
  return (
    <Sheet title={sent ? t("public.enquiry.sent") : t("public.enquiry.waiting")} onClose={onClose}>
      {sent ? (
        <>
          <Note kind="done">
            <p>{t("public.enquiry.sent_next")}</p>
          </Note>
          <LinkButton href="/me/enquiries">{t("public.enquiry.to_own")}</LinkButton>
        </>
      ) : (
        <WaitingNote />
      )}
      <Button kind="secondary" onClick={onClose}>
        {t("public.enquiry.close")}
      </Button>
    </Sheet>
  );
}

/** Returns what is wrong with an enquiry, by field. */
export function mistakes({ text, quantity }: EnquiryForm): Errors {
  const found: Errors = {};
  const length = [...text.trim()].length;
  if (length < SHORTEST) found.text = t("public.enquiry.too_short");
  if (length > LONGEST) found.text = t("public.enquiry.too_long");
  const many = quantity.trim() ? readWhole(quantity) : 1;
  if (many === null || many < 1) found.quantity = t("public.enquiry.no_number");
  return found;
}

/** Returns a whole number; null where the text is none. */
function readWhole(text: string): number | null {
  const plain = text.replace(/[\s\u00a0]/g, "");
  return /^\d{1,9}$/.test(plain) ? Number(plain) : null;
}
