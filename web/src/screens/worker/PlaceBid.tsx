/** A worker's bid on a job: amount, days and proposal on one short page. */
import { api, ask, type Schemas } from "../../api/client";
import { type Job, useConfiguration, useJob } from "../../api/deals";
import { forget, useQuery } from "../../api/query";
import { StayReachable } from "../../cards/StayReachable";
import { Loaded } from "../../forms/Loaded";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { person } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { money } from "../../words/format";
import { t } from "../../words/words";
import { BidForm } from "./BidForm";
import { EMPTY_OFFER, isOver, type OfferValues, refusedBid } from "./offer";
import { valuesOfOffer } from "./valuesOfOffer";

export default function PlaceBid({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Page title={t("worker.bid_title")} back={`/jobs/${id}`}>
      <Loaded query={job}>{(found) => <Bidding job={found} />}</Loaded>
    </Page>
  );
}

function Bidding({ job }: { job: Job }) {
  const address = { method: "POST", path: `/jobs/${job.id}/bids` } as const;
  const config = useConfiguration();
  const own = useQuery(
    `jobs/${job.id}/bids/own`,
    async () => (await ask(api.GET("/jobs/{jobId}/bids", { params: { path: { jobId: job.id } } }))).items,
    "private",
  );
  const draft = useDraft<OfferValues>(`bid/${job.id}`, EMPTY_OFFER);
  const sending = useSending(draft, address);
  const before = useTakenBack(draft, address, valuesOfOffer, sending);
  const outcome = sending.outcome.value;
  if (outcome?.state === "sent")
    return <Placed escrow={job.payment === "escrow"} bid={outcome.answer as Schemas["PlacedBidView"]} />;
  if (outcome?.state === "waiting") return <WaitingNote />;
  if (job.buyerId === person.value?.userId) return <Note kind="info">{t("problem.own_job")}</Note>;
  const live = own.data.value?.find((bid) => bid.status !== "withdrawn");
  if (live) return <AlreadyBid bid={live} />;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  if (refusal && isOver(refusal)) return <NotTaken text={refusedBid(refusal)} />;
  if (job.status !== "open") return <NotTaken text={t("worker.job_closed")} />;
  if (!draft.ready.value) return <Skeleton />;
  return (
    <BidForm
      job={job}
      config={config.data.value}
      draft={draft}
      refusal={refusal}
      busy={sending.busy.value}
      onSend={async (body) => {
        const sent = await sending.send({
          ...address,
          kind: "bid",
          title: job.title,
          body,
          object: `jobs/${job.id}`,
          editPath: `/jobs/${job.id}/bid`,
        });
        if (sent?.state === "sent")
          for (const key of ["bids/mine", `jobs/${job.id}`, "me/actions"]) forget(key);
      }}
    />
  );
}

/** What comes after a bid. */
function Placed({ bid, escrow }: { bid: Schemas["PlacedBidView"]; escrow: boolean }) {
  return (
    <>
      <Note kind="done" title={t("worker.bid_sent")}>
        <p>{t("worker.bid_next")}</p>
      </Note>
      {bid.payoutAccountNeeded ? (
        <>
          <p>{t("worker.account_needed")}</p>
          <LinkButton href="/me/payout-account">{t("worker.give_account")}</LinkButton>
        </>
      ) : (
        escrow && <p>{t("worker.account_there")}</p>
      )}
      <StayReachable />
      <LinkButton kind="secondary" href="/me/bids">
        {t("worker.see_bids")}
      </LinkButton>
      <LinkButton kind="plain" href="/jobs">
        {t("worker.more_jobs")}
      </LinkButton>
    </>
  );
}

function AlreadyBid({ bid }: { bid: Schemas["BidView"] }) {
  return (
    <>
      <Note kind="info">
        <p>
          {bid.status === "rejected"
            ? t("worker.rejected_before")
            : t("worker.bid_before", { amount: money(bid.amountCents) })}
        </p>
      </Note>
      <LinkButton href="/me/bids">{t("worker.see_bids")}</LinkButton>
    </>
  );
}

function NotTaken({ text }: { text: string }) {
  return (
    <>
      <Note kind="error">
        <p>{text}</p>
      </Note>
      <LinkButton href="/jobs">{t("worker.more_jobs")}</LinkButton>
      <LinkButton kind="secondary" href="/me/bids">
        {t("worker.see_bids")}
      </LinkButton>
    </>
  );
}
