/** Cancels a job before the work: says what that does, asks why, and says what comes next. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import { now } from "../../api/clock";
import { forgetDeal, isPartyJob, type Job, type PartyJob, useJob } from "../../api/deals";
import { dealOf } from "../../deal/deal";
import { type Side, sideOf } from "../../deal/stages";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { Loaded } from "../../forms/Loaded";
import { TextArea } from "../../forms/TextArea";
import { useDraft } from "../../offline/drafts";
import { person } from "../../session/person";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { OriginalText } from "../../ui/OriginalText";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t, type Word } from "../../words/words";

const REASON_LEAST = 3;
const REASON_MOST = 500;

export default function Cancel({ id }: { id: string }) {
  const job = useJob(id);
  const cancelled = useSignal(false);
  return (
    <Page title={t("deals.cancel_title")} back={`/deals/${id}`}>
      {cancelled.value ? (
        <>
          <Note kind="done" title={t("deals.cancelled")}>
            <p>{t("deals.cancelled_next")}</p>
          </Note>
          <LinkButton href={`/deals/${id}`}>{t("deals.to_job")}</LinkButton>
        </>
      ) : (
        <Loaded query={job}>
          {(found) => (
            <Cancelling
              job={found}
              onCancelled={() => {
                cancelled.value = true;
              }}
            />
          )}
        </Loaded>
      )}
    </Page>
  );
}

function Cancelling({ job, onCancelled }: { job: Job; onCancelled: () => void }) {
  const side = isPartyJob(job) ? sideOf(job, person.value?.userId) : null;
  const deal = isPartyJob(job) && side ? dealOf({ job, side, now: now() }) : null;
  if (!isPartyJob(job) || !side || !deal?.others.some((one) => one.act === "cancel"))
    return (
      <Note kind="info">
        <p>{t("deals.cannot_cancel")}</p>
      </Note>
    );
  return <CancelForm job={job} side={side} onCancelled={onCancelled} />;
}

interface CancelFormProps {
  job: PartyJob;
  side: Side;
  onCancelled: () => void;
}

function CancelForm({ job, side, onCancelled }: CancelFormProps) {
  const draft = useDraft(`cancellation/${job.id}`, { reason: "" });
  const own = useSignal<Errors>({});
  const cancel = useAction(
    (key, reason: string) =>
      ask(
        api.POST("/jobs/{jobId}/cancellation", {
          params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
          body: { reason },
        }),
      ),
    `cancellation/${job.id}`,
  );
  if (!draft.ready.value) return <Skeleton />;
  const { reason } = draft.values.value;
  const errors = errorsLeft(own.value, cancel.failure.value, draft.values.value);
  const send = async () => {
    const text = reason.trim();
    own.value = [...text].length < REASON_LEAST ? { reason: t("deals.reason_missing") } : {};
    if (own.value.reason || !(await cancel.run(text))) return;
    await draft.drop();
    forgetDeal(job.id);
    onCancelled();
  };
  return (
    <Form busy={cancel.busy.value} onSend={() => void send()}>
      <ErrorSummary errors={errors} />
      {!Object.keys({ ...errors, ...errorsOf(cancel.failure.value) }).length && (
        <FailureNote failure={cancel.failure.value} />
      )}
      <h2>{job.title}</h2>
      {effectsOf(job, side).map((word) => (
        <p key={word}>
          <OriginalText word={word} />
        </p>
      ))}
      <TextArea
        name="reason"
        label={t("deals.why_cancel")}
        hint={t(job.workerId ? "deals.why_cancel_hint" : "deals.why_cancel_own_hint")}
        maxLength={REASON_MOST}
        rows={3}
        value={reason}
        error={errors.reason}
        onInput={(text) => draft.change({ reason: text })}
      />
      <Button kind="danger" busy={cancel.busy.value}>
        {t("deal.act.cancel")}
      </Button>
      <LinkButton kind="plain" href={`/deals/${job.id}`}>
        {t("deals.keep_job")}
      </LinkButton>
      <p class="small soft">{t("deals.needs_network")}</p>
    </Form>
  );
}

/** Returns what a cancellation does, before it is done. */
export function effectsOf(job: PartyJob, side: Side): Word[] {
  if (job.status === "open") return ["deals.effect_open"];
  const paid = job.escrow?.status === "deposit_paid" || job.escrow?.status === "held";
  if (!paid) return ["deals.effect_unpaid"];
  return [side === "buyer" ? "deals.effect_all_back" : "deals.effect_buyer_back", "deals.effect_twice"];
}
