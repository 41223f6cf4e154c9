/** Reporting a person, a job, a material, a review or a story to the admins. */
import { useSignal } from "@preact/signals";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextArea } from "../../forms/TextArea";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { isWord, t } from "../../words/words";

const SHORTEST = 3;

export default function Report({ kind, id }: { kind: string; id: string }) {
  const draft = useDraft(`report/${kind}/${id}`, { reason: "" });
  const address = { method: "POST", path: "/reports", editPath: `/report/${kind}/${id}` } as const;
  const sending = useSending(draft, address);
  const before = useTakenBack(
    draft,
    address,
    (item) => ({ reason: String(item.body?.reason ?? "") }),
    sending,
  );
  const own = useSignal<Errors>({});
  const outcome = sending.outcome.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  const { reason } = draft.values.value;
  const word = `report.title_${kind}`;
  const title = isWord(word) ? t(word) : t("report.title");
  const send = async () => {
    own.value = reason.trim().length < SHORTEST ? { reason: t("report.reason_missing") } : {};
    if (own.value.reason) return;
    await sending.send({
      ...address,
      kind: "report",
      title: reason.slice(0, 60),
      body: { kind, id, reason },
    });
  };
  if (outcome?.state === "sent" || outcome?.state === "waiting")
    return (
      <Page title={t("report.title")}>
        {outcome.state === "waiting" ? (
          <WaitingNote />
        ) : (
          <Note kind="done" title={t("report.sent")}>
            <p>{t("report.next")}</p>
          </Note>
        )}
        <LinkButton href="/">{t("to_start")}</LinkButton>
      </Page>
    );
  if (!draft.ready.value)
    return (
      <Page title={title} back="/">
        <Skeleton />
      </Page>
    );
  return (
    <Page title={title} back="/">
      <p>{t("report.what")}</p>
      <Form busy={sending.busy.value} onSend={() => void send()}>
        <ErrorSummary errors={errors} />
        {!errors.reason && <FailureNote failure={refusal} />}
        <TextArea
          name="reason"
          label={t("report.reason")}
          maxLength={1000}
          value={reason}
          error={errors.reason}
          onInput={(value) => draft.change({ reason: value })}
        />
        <Button busy={sending.busy.value}>{t("report.send")}</Button>
      </Form>
    </Page>
  );
}
