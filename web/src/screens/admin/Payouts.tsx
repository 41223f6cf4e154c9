/** Payouts that wait for an admin, with what stands in their way. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { isWord, t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Payout = Schemas["PayoutView"];

export default function Payouts() {
  const pages = usePages<Payout>("admin/payouts", (cursor) =>
    ask(api.GET("/admin/payouts", { params: { query: { waiting: true, ...(cursor ? { cursor } : {}) } } })),
  );
  return (
    <Page title={t("admin.queue_payouts")} back="/admin">
      <Queue pages={pages}>
        {(payout) => (
          <>
            <h2 class="amount">{money(payout.amountCents)}</h2>
            <Facts
              facts={[
                [
                  t("admin.to"),
                  <a class="tap" href={`/admin/people/${payout.userId}`}>
                    {payout.userId}
                  </a>,
                ],
                [
                  t("admin.kind"),
                  payout.kind === "credits" ? t("admin.of_credits") : (payout.jobTitle ?? t("admin.of_work")),
                ],
                [t("admin.waits_for"), reasonOf(payout.reason)],
                [t("admin.since"), moment(payout.createdAt)],
                [t("admin.failures"), payout.failures],
              ]}
            />
            {payout.proposal && (
              <Note kind="waiting">
                {t("admin.first_of_two", {
                  decision: t(`admin.payout_${payout.proposal.decision}`),
                  reason: payout.proposal.reason,
                })}
              </Note>
            )}
            <Decision
              name={payout.id}
              shortest={10}
              parties={[payout.userId, payout.proposal?.by]}
              choices={[
                { value: "send", label: t("admin.payout_send"), effect: t("admin.payout_send_effect") },
                { value: "hold", label: t("admin.payout_hold"), effect: t("admin.payout_hold_effect") },
                ...(payout.kind === "credits"
                  ? [
                      {
                        value: "credit",
                        label: t("admin.payout_credit"),
                        effect: t("admin.payout_credit_effect"),
                        danger: true,
                      },
                    ]
                  : []),
              ]}
              decide={(key, decision, reason) =>
                ask(
                  api.POST("/admin/payouts/{payoutId}/decision", {
                    params: { path: { payoutId: payout.id }, header: { "Idempotency-Key": key } },
                    body: { decision: decision as "send" | "hold" | "credit", reason },
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

function reasonOf(reason: string | null): string {
  const name = `admin.payout_reason_${reason}`;
  return reason === null ? "–" : isWord(name) ? t(name) : reason;
}
