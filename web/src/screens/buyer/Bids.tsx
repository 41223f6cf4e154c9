/** The bids on one's own job: amount, days, reputation and proposal of each; choosing one, and saying no. */
import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { forgetDeal, isPartyJob, type Job, useJob } from "../../api/deals";
import { usePages } from "../../api/query";
import { ShareButton } from "../../cards/ShareButton";
import { sideOf } from "../../deal/stages";
import { Loaded } from "../../forms/Loaded";
import { person } from "../../session/person";
import { Empty } from "../../ui/Empty";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";
import { BidCard } from "./BidCard";

type OwnerBid = Schemas["OwnerBidView"];

const SORTS = ["createdAt", "amount"] as const;

export default function Bids({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Page title={t("buyer.bids_title")} back={`/deals/${id}`}>
      <Loaded query={job}>{(found) => <List job={found} onChanged={() => void job.reload()} />}</Loaded>
    </Page>
  );
}

function List({ job, onChanged }: { job: Job; onChanged: () => void }) {
  const { query } = useLocation();
  const sort = SORTS.find((one) => one === query.sort) ?? "createdAt";
  const rejected = useSignal("");
  const bids = usePages(
    `jobs/${job.id}/bids?${sort}`,
    async (cursor) => {
      const page = await ask(
        api.GET("/jobs/{jobId}/bids", {
          params: { path: { jobId: job.id }, query: { sort, ...(cursor && { cursor }) } },
        }),
      );
      return { ...page, items: page.items.filter(isForOwner) };
    },
    "private",
  );
  const owner = isPartyJob(job) && sideOf(job, person.value?.userId) === "buyer";
  if (!isPartyJob(job) || !owner) return <Note kind="info">{t("buyer.only_buyer_chooses")}</Note>;
  return (
    <>
      <h2>{job.title}</h2>
      <nav class="choices chips" aria-label={t("buyer.sort")}>
        {SORTS.map((one) => (
          <a
            key={one}
            class="choice"
            href={`/deals/${job.id}/bids?sort=${one}`}
            aria-current={one === sort ? "page" : undefined}
          >
            {t(`buyer.sort_${one}`)}
          </a>
        ))}
      </nav>
      {rejected.value && <Note kind="done">{t("buyer.rejected", { worker: rejected.value })}</Note>}
      <Loaded
        query={bids}
        empty={
          <Empty text={t("buyer.no_bids")}>
            <ShareButton kind="jobs" id={job.id} text={job.title} />
          </Empty>
        }
      >
        {(items) => (
          <ul class="list">
            {items.map((bid) => (
              <li key={bid.id}>
                <BidCard
                  bid={bid}
                  job={job}
                  onRejected={() => {
                    rejected.value = bid.workerName;
                    forgetDeal(job.id);
                    void bids.reload();
                    onChanged();
                  }}
                />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ShowMore more={bids.hasMore.value} busy={bids.loading.value} onMore={() => void bids.more()} />
    </>
  );
}

function isForOwner(bid: OwnerBid | Schemas["BidView"]): bid is OwnerBid {
  return "worker" in bid;
}
