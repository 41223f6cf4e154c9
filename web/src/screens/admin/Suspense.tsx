/** Money that came in and belongs to no open payment. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Suspense = Schemas["SuspenseView"];

export default function SuspenseList() {
  const pages = usePages<Suspense>("admin/suspense", (cursor) =>
    ask(api.GET("/admin/payments/suspense", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_suspense")} back="/admin/money">
      <Queue pages={pages}>
        {(one) => (
          <>
            <h2 class="amount">{money(one.amountCents)}</h2>
            <Facts
              facts={[
                [t("admin.reason"), t(`admin.suspense_${one.reason}`)],
                [t("admin.status"), t(`admin.suspense_status_${one.status}`)],
                [
                  t("admin.job"),
                  one.jobId ? (
                    <a class="tap" href={`/jobs/${one.jobId}`}>
                      {one.jobId}
                    </a>
                  ) : (
                    "–"
                  ),
                ],
                [t("admin.since"), moment(one.createdAt)],
              ]}
            />
            {one.status === "waiting" && (
              <Decision
                name={one.id}
                shortest={10}
                parties={[one.buyerId]}
                choices={[
                  { value: "refund", label: t("admin.give_back"), effect: t("admin.give_back_effect") },
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
            )}
          </>
        )}
      </Queue>
    </Page>
  );
}
