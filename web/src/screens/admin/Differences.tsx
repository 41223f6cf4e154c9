/** Differences that the nightly reconciliation found between our books and the provider's, or within our own. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Difference = Schemas["DifferenceView"];

/** Those that our own books have among themselves; the others are between us and the provider. */
const WITHIN = ["not_zero", "legs_missing", "balance_not_what_state_says", "item_missing"];

export default function Differences() {
  const pages = usePages<Difference>("admin/differences", (cursor) =>
    ask(
      api.GET("/admin/payments/differences", {
        params: { query: { status: "open", ...(cursor ? { cursor } : {}) } },
      }),
    ),
  );
  return (
    <Page title={t("admin.queue_differences")} back="/admin">
      <p>{t("admin.about_differences")}</p>
      <Queue pages={pages}>
        {(one) => (
          <>
            <h2>{t(`admin.difference_${one.kind}`)}</h2>
            <DifferenceFacts one={one} />
            <Decision
              name={one.id}
              about={t(`admin.difference_${one.kind}`)}
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
          </>
        )}
      </Queue>
    </Page>
  );
}

function DifferenceFacts({ one }: { one: Difference }) {
  const amount = (cents: number | null) => (cents === null ? "–" : money(cents));
  return (
    <Facts
      facts={[
        [t("admin.reason"), t(`admin.difference_reason_${one.reason}`)],
        [t("admin.ours"), amount(one.oursCents)],
        [t(WITHIN.includes(one.reason) ? "admin.should_be" : "admin.theirs"), amount(one.otherCents)],
        [t("admin.about_what"), <code>{one.object}</code>],
        [t("admin.since"), moment(one.foundAt)],
      ]}
    />
  );
}
