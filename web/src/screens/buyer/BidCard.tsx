/** One bid on one's own job, with what choosing it costs. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import type { PartyJob } from "../../api/deals";
import { PersonLine } from "../../cards/PersonLine";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { day, money } from "../../words/format";
import { t } from "../../words/words";
import { ChooseBid } from "./ChooseBid";
import { RejectBid } from "./RejectBid";

type OwnerBid = Schemas["OwnerBidView"];

const LOOKS = {
  pending: { icon: "clock", tone: "wait" },
  accepted: { icon: "done", tone: "good" },
  rejected: { icon: "close", tone: "bad" },
  withdrawn: { icon: "back", tone: "plain" },
} as const;

interface BidCardProps {
  bid: OwnerBid;
  job: PartyJob;
  onRejected: () => void;
}

export function BidCard({ bid, job, onRejected }: BidCardProps) {
  const open = useSignal<"choose" | "reject" | null>(null);
  const close = () => {
    open.value = null;
  };
  const decidable = bid.status === "pending" && job.status === "open";
  return (
    <article class="card">
      <PersonLine
        id={bid.workerId}
        name={bid.workerName}
        photoUrl={bid.worker.photoUrl}
        verified={bid.worker.verified}
        rating={bid.worker.rating}
        trustScore={bid.worker.trustScore}
        badges={bid.worker.badges}
      />
      <p class="row">
        <span class="amount large">{money(bid.amountCents)}</span>
        <span>{t("buyer.days", { n: bid.timelineDays })}</span>
        <span class="soft">{t("card.jobs_done", { n: bid.worker.completedJobs })}</span>
      </p>
      <p class="text">{bid.proposal}</p>
      {bid.quote && (
        <p class="small">
          {t(bid.quote.balanceCents > 0 ? "buyer.quote_parts" : "buyer.quote_all", {
            total: money(bid.quote.buyerTotalCents),
            now: money(bid.quote.depositCents),
            later: money(bid.quote.balanceCents),
          })}
        </p>
      )}
      <p class="small soft">{t("buyer.bid_on", { day: day(bid.createdAt) })}</p>
      {bid.status !== "pending" && <Badge {...LOOKS[bid.status]}>{t(`bid_status.${bid.status}`)}</Badge>}
      {decidable && (
        <>
          <Button
            onClick={() => {
              open.value = "choose";
            }}
          >
            {t("buyer.choose", { worker: bid.workerName })}
          </Button>
          <Button
            kind="plain"
            onClick={() => {
              open.value = "reject";
            }}
          >
            {t("buyer.reject")}
          </Button>
        </>
      )}
      {open.value === "choose" && <ChooseBid bid={bid} job={job} onClose={close} />}
      {open.value === "reject" && (
        <RejectBid
          bid={bid}
          onClose={close}
          onRejected={() => {
            close();
            onRejected();
          }}
        />
      )}
    </article>
  );
}
