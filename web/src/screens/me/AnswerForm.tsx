/** A seller's answer to an enquiry, kept while it is written, and sent when there is a network. */
import { useSignal } from "@preact/signals";
import { errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextArea } from "../../forms/TextArea";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { outbox } from "../../offline/outbox";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { ANSWER_MOST, type Enquiry } from "./enquiries";

export function AnswerForm({ enquiry, onAnswered }: { enquiry: Enquiry; onAnswered: () => void }) {
  const address = { method: "POST", path: `/enquiries/${enquiry.id}/answer` } as const;
  const draft = useDraft(`answer/${enquiry.id}`, { text: "" });
  const sending = useSending(draft, address, { onSent: onAnswered });
  const before = useTakenBack(draft, address, (item) => ({ text: String(item.body?.text ?? "") }), sending);
  const missing = useSignal("");
  if (!draft.ready.value) return <Skeleton />;
  const { text } = draft.values.value;
  const outcome = sending.outcome.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const waits = outbox.value.some((one) => one.path === address.path && one.state !== "needs_you");
  if (waits && !sending.busy.value) return <WaitingNote />;
  if (outcome?.state === "sent") return <Note kind="done">{t("enquiries.answered")}</Note>;
  const name = `text-${enquiry.id}`;
  const send = async () => {
    const words = text.trim();
    const length = [...words].length;
    missing.value =
      length === 0
        ? t("enquiries.answer_missing")
        : length > ANSWER_MOST
          ? t("field.too_long", { max: ANSWER_MOST })
          : "";
    if (missing.value) {
      document.getElementById(name)?.focus();
      return;
    }
    await sending.send({
      ...address,
      kind: "answer",
      title: enquiry.listingTitle,
      body: { text: words },
      object: `enquiries/${enquiry.id}`,
      editPath: "/me/enquiries?as=seller",
    });
  };
  return (
    <Form busy={sending.busy.value} onSend={() => void send()}>
      {refusal && !refusal.errors.length && <FailureNote failure={refusal} />}
      <TextArea
        name={name}
        label={t("enquiries.answer")}
        rows={3}
        maxLength={ANSWER_MOST}
        value={text}
        error={missing.value || errorsOf(refusal).text}
        onInput={(value) => draft.change({ text: value })}
      />
      <Button busy={sending.busy.value}>{t("enquiries.send_answer")}</Button>
    </Form>
  );
}
