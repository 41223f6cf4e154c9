/** Money that came in and belongs to no open payment. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, moneyIn } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { JobLink } from "./JobLink";
import { PersonLink } from "./PersonLink";
import { Queue } from "./Queue";

type Suspense = Schemas["SuspenseView"];

export default function SuspenseList() {
  const pages = usePages<Suspense>("admin/suspense", (cursor) =>
    ask(api.GET("/admin/payments/suspense", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_suspense")} back="/admin">
      <p>{t("admin.about_suspense")}</p>
      <Queue pages={pages}>
        {(one) => (
          <>
            <h2 class="amount">{moneyIn(one.amountCents, one.currency)}</h2>
            <SuspenseFacts one={one} />
            <Decision
              name={one.id}
              about={moneyIn(one.amountCents, one.currency)}
              shortest={10}
              parties={[one.buyerId]}
              choices={[
                {
                  value: "refund",
                  label: t("admin.give_back"),
                  effect: t(one.buyerId ? "admin.give_back_effect_known" : "admin.give_back_effect", {
                    amount: moneyIn(one.amountCents - one.chargedBackCents, one.currency),
                  }),
                },
              ]}
              decide={(key, _choice, reason) =>
                ask(
                  api.POST("/admin/payments/suspense/{reference}/refund", {
                    params: { path: { reference: one.id }, header: { "Idempotency-Key": key } },
                    body: { reason },
                  }),
                )
              }
              onDone={() => void pages.reload()}
            />
          </>
        )}
      </Queue>
    </Page>
  );
}

function SuspenseFacts({ one }: { one: Suspense }) {
  return (
    <Facts
      facts={[
        [t("admin.reason"), t(`admin.suspense_${one.reason}`)],
        [t("admin.payer"), one.buyerId ? <PersonLink id={one.buyerId} /> : t("admin.nobody_known")],
        [t("admin.job"), <JobLink id={one.jobId} />],
        [t("admin.since"), moment(one.createdAt)],
        [t("admin.at_provider"), one.id],
        [t("admin.provider_kept"), moneyIn(one.feeCents, one.currency)],
        ...(one.chargedBackCents > 0
          ? ([[t("admin.charged_back"), moneyIn(one.chargedBackCents, one.currency)]] as [string, string][])
          : []),
      ]}
    />
  );
}
