/** What one side says about the other when the job is done: stars, single points if wanted, and a comment. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import { forgetDeal, isPartyJob, type Job, type PartyJob, useEscrow, useJob } from "../../api/deals";
import { workerGets } from "../../deal/shares";
import { type Side, sideOf } from "../../deal/stages";
import { Choices } from "../../forms/Choices";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { Loaded } from "../../forms/Loaded";
import { TextArea } from "../../forms/TextArea";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { person } from "../../session/person";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { money } from "../../words/format";
import { t } from "../../words/words";
import { bodyOf, EMPTY_REVIEW, POINTS_ABOUT, type ReviewValues, STARS, type Star, valuesOf } from "./review";

const COMMENT_MOST = 2000;

export default function WriteReview({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Page title={t("deals.review_title")} back={`/deals/${id}`}>
      <Loaded query={job}>{(found) => <Checked job={found} />}</Loaded>
    </Page>
  );
}

function Checked({ job }: { job: Job }) {
  const side = isPartyJob(job) ? sideOf(job, person.value?.userId) : null;
  if (!isPartyJob(job) || !side) return <Note kind="info">{t("deals.not_yours")}</Note>;
  return (
    <>
      {side === "buyer" && job.escrow?.status === "released" && <Released job={job} />}
      <Reviewing job={job} side={side} />
    </>
  );
}

/** What the worker got: the buyer comes here from releasing it. */
function Released({ job }: { job: PartyJob }) {
  const escrow = useEscrow(job.id).data.value;
  if (escrow?.status !== "released") return null;
  const amount = money(workerGets(escrow));
  return (
    <Note kind="done">
      {t("deals.released_to", { amount, name: job.workerName ?? t("deal.the_worker") })}
    </Note>
  );
}

function Reviewing({ job, side }: { job: PartyJob; side: Side }) {
  const address = { method: "POST", path: `/jobs/${job.id}/reviews` } as const;
  const draft = useDraft<ReviewValues>(`review/${job.id}`, EMPTY_REVIEW);
  const sending = useSending(draft, address);
  const before = useTakenBack(
    draft,
    address,
    (item) => valuesOf(item.body as Schemas["ReviewRequest"]),
    sending,
  );
  const own = useSignal<Errors>({});
  const outcome = sending.outcome.value;
  const name = (side === "buyer" ? job.workerName : job.buyerName) ?? t("deal.the_worker");
  if (outcome?.state === "sent")
    return (
      <>
        <Note kind="done" title={t("deals.review_sent")}>
          <p>{t("deals.review_next", { name })}</p>
        </Note>
        <LinkButton href="/deals">{t("bar.work")}</LinkButton>
      </>
    );
  if (outcome?.state === "waiting") return <WaitingNote />;
  if (job.reviewed) return <Note kind="done">{t("problem.already_reviewed")}</Note>;
  if (job.status !== "completed") return <Note kind="info">{t("deals.review_later")}</Note>;
  if (!draft.ready.value) return <Skeleton />;
  const values = draft.values.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  const send = async () => {
    own.value = values.rating ? {} : { rating: t("deals.stars_missing") };
    if (!values.rating) return;
    const sent = await sending.send({
      ...address,
      kind: "review",
      title: job.title,
      body: bodyOf(values),
      object: `jobs/${job.id}`,
      editPath: `/deals/${job.id}/review`,
    });
    if (sent?.state === "sent") forgetDeal(job.id);
  };
  return (
    <Form busy={sending.busy.value} onSend={() => void send()}>
      <ErrorSummary errors={errors} />
      {refusal && !refusal.errors.length && <FailureNote failure={refusal} />}
      <StarChoices
        name="rating"
        label={t("deals.stars", { name })}
        value={values.rating}
        error={errors.rating}
        onChoice={(rating) => draft.change({ rating })}
      />
      <TextArea
        name="comment"
        label={t("deals.comment")}
        hint={t("deals.comment_hint")}
        maxLength={COMMENT_MOST}
        value={values.comment}
        error={errors.comment}
        onInput={(comment) => draft.change({ comment })}
      />
      <details>
        <summary>{t("deals.points")}</summary>
        {POINTS_ABOUT[side === "buyer" ? "worker" : "buyer"].map((point) => (
          <StarChoices
            key={point}
            name={`subRatings-${point}`}
            label={t(`sub_rating.${point}`)}
            value={values.points[point] ?? null}
            error={undefined}
            onChoice={(star) => draft.change({ points: { ...values.points, [point]: star } })}
          />
        ))}
      </details>
      <Button busy={sending.busy.value}>{t("deals.send_review")}</Button>
    </Form>
  );
}

interface StarChoicesProps {
  name: string;
  label: string;
  value: Star | null;
  error: string | undefined;
  onChoice: (star: Star) => void;
}

function StarChoices(props: StarChoicesProps) {
  return (
    <Choices {...props} choices={STARS.map((star) => ({ value: star, label: t(`deals.star_${star}`) }))} />
  );
}
