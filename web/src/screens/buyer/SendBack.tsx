/** Sends the work back, with what is missing. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import { forgetDeal, type PartyJob } from "../../api/deals";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextArea } from "../../forms/TextArea";
import { useDraft } from "../../offline/drafts";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";

const REASON_LEAST = 3;
const REASON_MOST = 500;

export function SendBack({ job, onSent }: { job: PartyJob; onSent: () => void }) {
  const draft = useDraft(`changes/${job.id}`, { reason: "" });
  const own = useSignal<Errors>({});
  const sendBack = useAction(
    (key, reason: string) =>
      ask(
        api.POST("/jobs/{jobId}/changes", {
          params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
          body: { reason },
        }),
      ),
    `changes/${job.id}/${job.changes.length}`,
  );
  if (!draft.ready.value) return <Skeleton />;
  const { reason } = draft.values.value;
  const errors = errorsLeft(own.value, sendBack.failure.value, draft.values.value);
  const send = async () => {
    const text = reason.trim();
    own.value = [...text].length < REASON_LEAST ? { reason: t("buyer.missing_missing") } : {};
    if (own.value.reason || !(await sendBack.run(text))) return;
    await draft.drop();
    forgetDeal(job.id);
    onSent();
  };
  return (
    <Form busy={sendBack.busy.value} onSend={() => void send()}>
      <ErrorSummary errors={errors} />
      {!Object.keys({ ...errors, ...errorsOf(sendBack.failure.value) }).length && (
        <FailureNote failure={sendBack.failure.value} />
      )}
      <TextArea
        name="reason"
        label={t("buyer.missing")}
        hint={t("buyer.missing_hint")}
        maxLength={REASON_MOST}
        rows={3}
        value={reason}
        error={errors.reason}
        onInput={(text) => draft.change({ reason: text })}
      />
      <Button kind="secondary" busy={sendBack.busy.value}>
        {t("buyer.send_back_now")}
      </Button>
    </Form>
  );
}
