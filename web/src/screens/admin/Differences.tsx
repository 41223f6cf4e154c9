/** Differences that the nightly reconciliation found between our books and the provider's. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Difference = Schemas["DifferenceView"];

export default function Differences() {
  const pages = usePages<Difference>("admin/differences", (cursor) =>
    ask(
      api.GET("/admin/payments/differences", {
        params: { query: { status: "open", ...(cursor ? { cursor } : {}) } },
      }),
    ),
  );
  const amount = (cents: number | null) => (cents === null ? "–" : money(cents));
  return (
    <Page title={t("admin.queue_differences")} back="/admin/money">
      <Queue pages={pages}>
        {(one) => (
          <>
            <h2>
              {t(`admin.difference_${one.kind}`)} {one.object}
            </h2>
            <Facts
              facts={[
                [t("admin.reason"), one.reason],
                [t("admin.ours"), amount(one.oursCents)],
                [t("admin.theirs"), amount(one.otherCents)],
                [t("admin.since"), moment(one.foundAt)],
              ]}
            />
            {one.status === "open" && (
              <Decision
                name={one.id}
                shortest={10}
                choices={[{ value: "close", label: t("admin.close"), effect: t("admin.close_effect") }]}
                decide={(key, _choice, reason) =>
                  ask(
                    api.POST("/admin/payments/differences/{differenceId}/closing", {
                      params: { path: { differenceId: one.id }, header: { "Idempotency-Key": key } },
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
