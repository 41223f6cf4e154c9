/** Payments that a bank asks back, by the day on which an answer is due. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { DownloadButton } from "../../forms/DownloadButton";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Chargeback = Schemas["ChargebackView"];

export default function Chargebacks() {
  const pages = usePages<Chargeback>("admin/chargebacks", (cursor) =>
    ask(api.GET("/admin/payments/chargebacks", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_chargebacks")} back="/admin/money">
      <Queue pages={pages}>
        {(one) => (
          <>
            <h2 class="amount">{money(one.amountCents)}</h2>
            <Facts
              facts={[
                [
                  t("admin.job"),
                  one.jobId ? (
                    <a class="tap" href={`/jobs/${one.jobId}`}>
                      {one.jobTitle}
                    </a>
                  ) : (
                    "–"
                  ),
                ],
                [t("admin.status"), t(`admin.chargeback_${one.status}`)],
                [t("admin.answer_by"), one.dueAt ? moment(one.dueAt) : "–"],
              ]}
            />
            <DownloadButton
              path={`/admin/payments/chargebacks/${one.id}/evidence`}
              file={`chargeback-${one.id}.zip`}
            >
              {t("admin.evidence")}
            </DownloadButton>
            {one.status === "open" && !one.answered && !one.answer && (
              <Decision
                name={one.id}
                shortest={10}
                parties={[one.buyerId, one.workerId]}
                choices={[
                  { value: "contest", label: t("admin.contest"), effect: t("admin.contest_effect") },
                  {
                    value: "accept",
                    label: t("admin.accept"),
                    effect: t("admin.accept_effect"),
                    danger: true,
                  },
                ]}
                decide={(key, decision, reason) =>
                  ask(
                    api.POST("/admin/payments/chargebacks/{chargebackId}/response", {
                      params: { path: { chargebackId: one.id }, header: { "Idempotency-Key": key } },
                      body: { decision: decision as "accept" | "contest", reason },
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
