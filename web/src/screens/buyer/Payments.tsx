/** What a buyer paid and got back, newest first, with receipts and a file for a spreadsheet. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { DownloadButton } from "../../forms/DownloadButton";
import { Loaded } from "../../forms/Loaded";
import { LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { moment, money, moneyIn } from "../../words/format";
import { isWord, t } from "../../words/words";

export default function Payments() {
  const payments = usePages(
    "payments/mine",
    (cursor) => ask(api.GET("/payments/mine", { params: { query: cursor ? { cursor } : {} } })),
    "private",
  );
  return (
    <Page title={t("buyer.payments_title")} back="/me">
      <Loaded
        query={payments}
        empty={
          <Empty text={t("buyer.no_payments")}>
            <LinkButton href="/post">{t("deal.act.post_again")}</LinkButton>
          </Empty>
        }
      >
        {(items) => (
          <>
            <ul class="list">
              {items.map((payment) => (
                <li key={payment.id}>
                  <Payment payment={payment} />
                </li>
              ))}
            </ul>
            <ShowMore
              more={payments.hasMore.value}
              busy={payments.loading.value}
              onMore={() => void payments.more()}
            />
            <h2>{t("buyer.papers")}</h2>
            <DownloadButton path="/payments/statement.csv" file="khaya-payments.csv">
              {t("buyer.get_csv")}
            </DownloadButton>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Payment({ payment }: { payment: Schemas["PaymentView"] }) {
  const refund = payment.kind === "refund";
  const reason = `buyer.reason_${payment.reason}`;
  const state = `${refund ? "deals.refund" : "buyer.payment"}_${payment.status}`;
  return (
    <article class="card">
      <h2>
        {payment.jobId ? (
          <a class="tap" href={`/deals/${payment.jobId}`}>
            {payment.jobTitle}
          </a>
        ) : (
          payment.jobTitle
        )}
      </h2>
      <p class="row">
        <span class="amount">
          {moneyIn(payment.amountCents, payment.currency ?? "ZAR" /* older copies on the phone lack it */)}
        </span>
        <span>{t(`buyer.kind_${payment.kind}`)}</span>
      </p>
      <Facts
        facts={[
          [t("buyer.state"), isWord(state) ? t(state) : payment.status],
          [t("buyer.when"), moment(payment.at)],
          ...(payment.keptCents > 0 ? [[t("buyer.kept"), money(payment.keptCents)] as [string, string]] : []),
        ]}
      />
      {isWord(reason) && <p>{t(reason)}</p>}
      {payment.reason === "admin" && payment.jobId && (
        <a class="tap" href={`/deals/${payment.jobId}`}>
          {t("buyer.see_why")}
        </a>
      )}
      {!refund && payment.status === "paid" && (
        <DownloadButton path={`/payments/${payment.id}/receipt`} file={`khaya-${payment.id}.pdf`}>
          {t("buyer.get_receipt")}
        </DownloadButton>
      )}
    </article>
  );
}
