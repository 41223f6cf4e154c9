/** A worker's own bids, by status, with what became of each. */
import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { forget, usePages } from "../../api/query";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { Badge } from "../../ui/Badge";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import type { IconName } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Sheet } from "../../ui/Sheet";
import { ShowMore } from "../../ui/ShowMore";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";

type Bid = Schemas["OwnBidView"];
type Status = Bid["status"];

const STATUSES: Status[] = ["pending", "accepted", "rejected", "withdrawn"];
const LOOKS: Record<Status, { icon: IconName; tone: "plain" | "good" | "wait" | "bad" }> = {
  pending: { icon: "clock", tone: "wait" },
  accepted: { icon: "done", tone: "good" },
  rejected: { icon: "close", tone: "bad" },
  withdrawn: { icon: "back", tone: "plain" },
};

export default function OwnBids() {
  const { query } = useLocation();
  const status = STATUSES.find((one) => one === query.status);
  const bids = usePages(
    `bids/mine?${status ?? ""}`,
    (cursor) =>
      ask(
        api.GET("/bids/mine", {
          params: { query: { ...(status && { status }), ...(cursor && { cursor }) } },
        }),
      ),
    "private",
  );
  const withdrawn = useSignal(false);
  return (
    <Page title={t("worker.bids_title")} back="/me">
      <nav class="choices chips" aria-label={t("worker.bids_filter")}>
        {[undefined, ...STATUSES].map((one) => (
          <a
            key={one ?? "all"}
            class="choice"
            href={one ? `/me/bids?status=${one}` : "/me/bids"}
            aria-current={one === status ? "page" : undefined}
          >
            {one ? t(`bid_status.${one}`) : t("worker.bids_all")}
          </a>
        ))}
      </nav>
      {withdrawn.value && <Note kind="done">{t("worker.withdrawn")}</Note>}
      <Loaded
        query={bids}
        empty={
          <Empty text={t("worker.bids_none")}>
            <LinkButton href="/jobs">{t("worker.more_jobs")}</LinkButton>
          </Empty>
        }
      >
        {(items) => (
          <ul class="list">
            {items.map((bid) => (
              <li key={bid.id}>
                <BidCard
                  bid={bid}
                  onWithdrawn={() => {
                    withdrawn.value = true;
                    forget("bids/mine");
                    forget(`jobs/${bid.jobId}`);
                    void bids.reload();
                  }}
                />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ShowMore more={bids.hasMore.value} busy={bids.loading.value} onMore={() => void bids.more()} />
    </Page>
  );
}

function BidCard({ bid, onWithdrawn }: { bid: Bid; onWithdrawn: () => void }) {
  const asking = useSignal(false);
  const withdraw = useAction(
    (key) =>
      ask(
        api.POST("/bids/{bidId}/withdrawal", {
          params: { path: { bidId: bid.id }, header: { "Idempotency-Key": key } },
        }),
      ),
    `bid-withdrawal/${bid.id}`,
  );
  const href = bid.status === "accepted" ? `/deals/${bid.jobId}` : `/jobs/${bid.jobId}`;
  return (
    <article class="card">
      <h2>
        <a class="tap" href={href}>
          {bid.jobTitle}
        </a>
      </h2>
      <p class="row">
        <Badge {...LOOKS[bid.status]}>{t(`bid_status.${bid.status}`)}</Badge>
        <span class="amount">{money(bid.amountCents)}</span>
        <span>{t("worker.days_count", { n: bid.timelineDays })}</span>
      </p>
      {bid.rejectionReason && <p>{t(`rejection.${bid.rejectionReason}`)}</p>}
      <p class="soft small">
        {t("worker.bid_on", { when: moment(bid.createdAt) })}
        {bid.jobStatus && <> {t("worker.job_is", { status: t(`job_status.${bid.jobStatus}`) })}</>}
      </p>
      {bid.status === "pending" && (
        <Button
          kind="secondary"
          onClick={() => {
            asking.value = true;
          }}
        >
          {t("worker.withdraw")}
        </Button>
      )}
      {asking.value && (
        <Sheet
          title={t("worker.withdraw_question")}
          onClose={() => {
            asking.value = false;
          }}
        >
          <p>{t("worker.withdraw_effect", { title: bid.jobTitle })}</p>
          <FailureNote failure={withdraw.failure.value} />
          <Button
            kind="danger"
            busy={withdraw.busy.value}
            onClick={async () => {
              if (!(await withdraw.run())) return;
              asking.value = false;
              onWithdrawn();
            }}
          >
            {t("worker.withdraw")}
          </Button>
          <Button
            kind="plain"
            onClick={() => {
              asking.value = false;
            }}
          >
            {t("worker.keep_bid")}
          </Button>
        </Sheet>
      )}
    </article>
  );
}
