/** What a worker earned through Khaya: fee, payout, when the money comes, and the papers. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { DownloadButton } from "../../forms/DownloadButton";
import { Loaded } from "../../forms/Loaded";
import { Badge } from "../../ui/Badge";
import { LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { day, money } from "../../words/format";
import { t } from "../../words/words";
import { decidedWords, needsAccount, payoutLabel, payoutLook, payoutWhy } from "./payoutWords";

type Earning = Schemas["EarningView"];

export default function Earnings() {
  const earnings = usePages(
    "earnings/mine",
    (cursor) => ask(api.GET("/earnings/mine", { params: { query: cursor ? { cursor } : {} } })),
    "private",
  );
  return (
    <Page title={t("worker.earnings_title")} back="/me">
      <p class="row">
        <a class="tap" href="/me/payout-account">
          {t("worker.account_link")}
        </a>
      </p>
      <Loaded
        query={earnings}
        empty={
          <Empty text={t("worker.earnings_none")}>
            <LinkButton href="/jobs">{t("worker.more_jobs")}</LinkButton>
          </Empty>
        }
      >
        {(items) => (
          <>
            <ul class="list">
              {items.map((one) => (
                <li key={one.id}>
                  <EarningCard earning={one} />
                </li>
              ))}
            </ul>
            <ShowMore
              more={earnings.hasMore.value}
              busy={earnings.loading.value}
              onMore={() => void earnings.more()}
            />
            <h2>{t("worker.papers")}</h2>
            <DownloadButton path="/earnings/statement.csv" file="khaya-earnings.csv">
              {t("worker.get_csv")}
            </DownloadButton>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function EarningCard({ earning }: { earning: Earning }) {
  const { icon, tone, word } = payoutLook(earning.payoutStatus);
  const why = payoutWhy(earning.payoutReason);
  const decided = decidedWords(earning.reason);
  const facts: [string, string][] = [
    [t("worker.earned"), money(earning.amountCents)],
    [t("worker.fee"), money(earning.feeCents)],
    [t(payoutLabel(earning.payoutStatus)), money(earning.payoutCents)],
  ];
  if (decided && earning.refundedCents > 0) facts.push([t("worker.went_back"), money(earning.refundedCents)]);
  if (earning.paidAt) facts.push([t("worker.paid_on"), day(earning.paidAt)]);
  else if (earning.expectedOn) facts.push([t("worker.expected_on"), day(earning.expectedOn)]);
  return (
    <article class="card">
      <h2>
        {earning.jobId ? (
          <a class="tap" href={`/deals/${earning.jobId}`}>
            {earning.jobTitle}
          </a>
        ) : (
          earning.jobTitle
        )}
      </h2>
      <Badge icon={icon} tone={tone}>
        {t(word)}
      </Badge>
      {decided && <p>{decided}</p>}
      {why && earning.payoutStatus !== "paid" && <p>{why}</p>}
      {needsAccount(earning.payoutReason) && (
        <LinkButton href="/me/payout-account">{t("worker.give_account")}</LinkButton>
      )}
      <Facts facts={facts} />
      {earning.feeCents > 0 && (
        <DownloadButton
          path={`/earnings/${encodeURIComponent(earning.id)}/invoice`}
          file={`khaya-invoice-${earning.at.slice(0, 10)}.pdf`}
        >
          {t("worker.get_invoice")}
        </DownloadButton>
      )}
    </article>
  );
}
