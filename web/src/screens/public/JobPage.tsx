/** One job: what is wanted, by whom, and what this person can do about it. */

import { api, ask, type Schemas } from "../../api/client";
import { now } from "../../api/clock";
import { useQuery } from "../../api/query";
import { CategoryPicture } from "../../cards/CategoryPicture";
import { PersonLine } from "../../cards/PersonLine";
import { PlaceLink } from "../../cards/PlaceLink";
import { ShareButton } from "../../cards/ShareButton";
import { Loaded } from "../../forms/Loaded";
import { Photo } from "../../offline/Photo";
import { has, person, signedIn } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { day, money } from "../../words/format";
import { t } from "../../words/words";

export type Job = Schemas["JobView"] | Schemas["PartyJobView"];
export type OwnBid = Pick<Schemas["BidView"], "status" | "amountCents" | "rejectionReason">;

export default function JobPage({ id }: { id: string }) {
  const job = useQuery<Job>(
    `jobs/${id}`,
    () => ask(api.GET("/jobs/{jobId}", { params: { path: { jobId: id } } })),
    signedIn.value ? "private" : "public", // parties see more, which stays in their own database
  );
  return (
    <Page title={job.data.value?.title ?? t("public.job.title")} back="/jobs">
      <Loaded query={job}>{(value) => <Content job={value} />}</Loaded>
    </Page>
  );
}

function Content({ job }: { job: Job }) {
  return (
    <>
      <p class="row">
        <CategoryPicture category={job.category} />
        <span>{t(`category.${job.category}`)}</span>
        <span class="amount large">{money(job.budgetCents)}</span>
      </p>
      <WhatToDo job={job} />
      <Facts
        facts={[
          [
            t("public.job.place"),
            <PlaceLink
              key="place"
              place={job.location}
              coordinates={"coordinates" in job ? job.coordinates : null}
            />,
          ],
          [t("public.job.budget"), money(job.budgetCents)],
          [t("public.job.payment"), t(`payment.${job.payment}`)],
          [t("public.job.start"), job.startDate ? day(job.startDate) : t("public.job.start_open")],
          [t("public.job.bids"), String(job.bidCount)],
          [t("public.job.posted"), day(job.createdAt)],
          ...(job.status === "open" ? [[t("public.job.until"), day(job.expiresAt)] as [string, string]] : []),
        ]}
      />
      {["open", "in_progress"].includes(job.status) && (
        <p>{job.payment === "escrow" ? t("payment.escrow_why") : t("public.job.cash_why")}</p>
      )}
      <h2>{t("public.job.description")}</h2>
      <p class="text">{job.description}</p>
      {job.photos.length > 0 && (
        <div class="photos">
          {job.photos.map((photo, index) => (
            <Photo
              key={photo.url ?? index}
              picture={photo}
              alt={t("photos.number", { number: index + 1 })}
              width={320}
            />
          ))}
        </div>
      )}
      <h2>{t("public.job.buyer")}</h2>
      <Buyer job={job} />
      <ShareButton
        kind="jobs"
        id={job.id}
        text={t("public.job.share", { title: job.title, place: job.location })}
      />
      {job.buyerId !== person.value?.userId && (
        <p>
          <a class="tap" href={`/report/job/${job.id}`}>
            {t("public.report.job")}
          </a>
        </p>
      )}
    </>
  );
}

/** The buyer's reputation: what the job says of it at once, and the photo and trust when they are read. */
function Buyer({ job }: { job: Job }) {
  const profile = useQuery(
    `profiles/${job.buyerId}`,
    () => ask(api.GET("/profiles/{userId}", { params: { path: { userId: job.buyerId } } })),
    "public",
  );
  const known = profile.data.value;
  return (
    <PersonLine
      id={job.buyerId}
      name={known?.displayName ?? job.buyerName}
      photoUrl={known?.photoUrl}
      verified={known?.verified ?? job.buyer?.verified}
      rating={known?.rating ?? job.buyer?.rating}
      trustScore={known?.trustScore}
      badges={known?.badges}
    />
  );
}

function WhatToDo({ job }: { job: Job }) {
  const me = person.value?.userId;
  if (me && me === job.buyerId)
    return (
      <Note kind="info" title={t("public.job.yours")}>
        <LinkButton href={`/deals/${job.id}`}>{t("public.job.to_room")}</LinkButton>
      </Note>
    );
  if (me && "workerId" in job && job.workerId === me)
    return (
      <Note kind="done" title={t("public.job.you_do_it")}>
        <LinkButton href={`/deals/${job.id}`}>{t("public.job.to_room")}</LinkButton>
      </Note>
    );
  if (me && has("worker")) return <ForWorker job={job} />;
  return isOpen(job) ? <BidButton id={job.id} /> : <Closed job={job} />;
}

/** A worker may have bid already. */
function ForWorker({ job }: { job: Job }) {
  const bids = useQuery(
    `jobs/${job.id}/bids/own`,
    async () => {
      const answer = await ask(api.GET("/jobs/{jobId}/bids", { params: { path: { jobId: job.id } } }));
      return answer.items as OwnBid[];
    },
    "private",
  );
  const offered = offeredBid(bids.data.value ?? []);
  if (offered)
    return (
      <Note
        kind={offered.status === "accepted" ? "done" : "info"}
        title={t("public.job.you_bid", { amount: money(offered.amountCents) })}
      >
        <p>
          {offered.rejectionReason
            ? t(`rejection.${offered.rejectionReason}`)
            : t(`bid_status.${offered.status}`)}
        </p>
        <LinkButton href="/me/bids">{t("public.job.to_bids")}</LinkButton>
      </Note>
    );
  if (!isOpen(job)) return <Closed job={job} />;
  return bids.data.value || bids.failure.value ? <BidButton id={job.id} /> : null;
}

/** Returns the bid that stands in the way of a new one: any that was not withdrawn. */
export function offeredBid(bids: OwnBid[]): OwnBid | undefined {
  return (
    bids.find((one) => one.status === "pending" || one.status === "accepted") ??
    bids.find((one) => one.status === "rejected")
  );
}

/** Whether a job takes bids: also one whose end the sweep has not come by for is over. */
export function isOpen(job: Pick<Job, "status" | "expiresAt">): boolean {
  return job.status === "open" && Date.parse(job.expiresAt) > now();
}

function BidButton({ id }: { id: string }) {
  return <LinkButton href={`/jobs/${id}/bid`}>{t("public.job.bid")}</LinkButton>;
}

function Closed({ job }: { job: Job }) {
  const status = job.status === "open" ? "expired" : job.status;
  return (
    <Note kind="info" title={t("public.job.closed")}>
      <p>{t(`job_status.${status}`)}</p>
      <LinkButton kind="secondary" href={`/jobs?category=${job.category}`}>
        {t("public.job.more_like_this")}
      </LinkButton>
    </Note>
  );
}
