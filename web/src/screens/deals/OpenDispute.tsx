/** Says that there is a problem: the money waits from then on. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import type { PartyJob } from "../../api/deals";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextArea } from "../../forms/TextArea";
import { useDraft } from "../../offline/drafts";
import { Button } from "../../ui/Button";
import { OriginalText } from "../../ui/OriginalText";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";

const REASON_LEAST = 10;
const REASON_MOST = 2000;

export function OpenDispute({ job, onOpened }: { job: PartyJob; onOpened: () => void }) {
  const draft = useDraft(`dispute/${job.id}`, { reason: "" });
  const own = useSignal<Errors>({});
  const open = useAction((key, reason: string) =>
    ask(
      api.POST("/jobs/{jobId}/escrow/dispute", {
        params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
        body: { reason },
      }),
    ),
  );
  if (!draft.ready.value) return <Skeleton />;
  const { reason } = draft.values.value;
  const errors = errorsLeft(own.value, open.failure.value, draft.values.value);
  const send = async () => {
    const text = reason.trim();
    own.value =
      [...text].length < REASON_LEAST ? { reason: t("deals.dispute_short", { least: REASON_LEAST }) } : {};
    if (own.value.reason || !(await open.run(text))) return;
    await draft.drop();
    onOpened();
  };
  return (
    <Form busy={open.busy.value} onSend={() => void send()}>
      <ErrorSummary errors={errors} />
      {!Object.keys({ ...errors, ...errorsOf(open.failure.value) }).length && (
        <FailureNote failure={open.failure.value} />
      )}
      <p>
        <OriginalText word="deals.dispute_what" />
      </p>
      <TextArea
        name="reason"
        label={t("deals.dispute_reason")}
        hint={t("deals.dispute_reason_hint")}
        maxLength={REASON_MOST}
        value={reason}
        error={errors.reason}
        onInput={(text) => draft.change({ reason: text })}
      />
      <Button busy={open.busy.value}>{t("deals.dispute_send")}</Button>
      <p class="small soft">{t("deals.needs_network")}</p>
    </Form>
  );
}
