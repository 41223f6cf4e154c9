/** Refunds that need an admin, because the provider could not send them. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Refund = Schemas["RefundForAdminView"];

export default function Refunds() {
  const pages = usePages<Refund>("admin/refunds", (cursor) =>
    ask(api.GET("/admin/payments/refunds", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_refunds")} back="/admin/money">
      <Queue pages={pages}>
        {(refund) => (
          <>
            <h2 class="amount">{money(refund.amountCents)}</h2>
            <Facts
              facts={[
                [
                  t("admin.job"),
                  refund.jobId ? (
                    <a class="tap" href={`/jobs/${refund.jobId}`}>
                      {refund.jobTitle}
                    </a>
                  ) : (
                    "–"
                  ),
                ],
                [
                  t("admin.buyer"),
                  refund.buyerId ? (
                    <a class="tap" href={`/admin/people/${refund.buyerId}`}>
                      {refund.buyerId}
                    </a>
                  ) : (
                    "–"
                  ),
                ],
                [t("admin.status"), t(`admin.refund_status_${refund.status}`)],
                [t("admin.waits_for"), refund.reason ? t(`admin.refund_reason_${refund.reason}`) : "–"],
                [t("admin.since"), moment(refund.createdAt)],
              ]}
            />
            {refund.proposal && (
              <Note kind="waiting">
                {t("admin.first_of_two", {
                  decision: t(`admin.refund_${refund.proposal.decision}`),
                  reason: refund.proposal.reason,
                })}
              </Note>
            )}
            {refund.waitsForAdmin && (
              <Decision
                name={refund.id}
                shortest={10}
                parties={[refund.buyerId, refund.proposal?.by]}
                choices={(["again", "given_back", "given_back_from_bank"] as const).map((value) => ({
                  value,
                  label: t(`admin.refund_${value}`),
                  effect: t(`admin.refund_${value}_effect`),
                  danger: value !== "again",
                }))}
                decide={(key, decision, reason) =>
                  ask(
                    api.POST("/admin/payments/refunds/{refundId}/decision", {
                      params: { path: { refundId: refund.id }, header: { "Idempotency-Key": key } },
                      body: { decision: decision as "again" | "given_back" | "given_back_from_bank", reason },
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
