/** Payouts that wait for an admin, with what stands in their way. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision, type DecisionChoice } from "./Decision";
import { JobLink } from "./JobLink";
import { PersonLink } from "./PersonLink";
import { Queue } from "./Queue";

type Payout = Schemas["PayoutView"];

export default function Payouts() {
  const pages = usePages<Payout>("admin/payouts", (cursor) =>
    ask(api.GET("/admin/payouts", { params: { query: { waiting: true, ...(cursor ? { cursor } : {}) } } })),
  );
  return (
    <Page title={t("admin.queue_payouts")} back="/admin">
      <p>{t("admin.about_payouts")}</p>
      <Queue pages={pages}>
        {(payout) => (
          <>
            <h2 class="amount">{money(payout.amountCents)}</h2>
            <PayoutFacts payout={payout} />
            <Decision
              name={payout.id}
              about={money(payout.amountCents)}
              shortest={10}
              parties={[payout.userId]}
              cents={payout.amountCents}
              proposal={payout.proposal}
              choices={choicesOf(payout)}
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

function PayoutFacts({ payout }: { payout: Payout }) {
  return (
    <Facts
      facts={[
        [t("admin.to"), <PersonLink id={payout.userId} />],
        [
          t("admin.payout_for"),
          payout.kind === "credits" ? (
            t("admin.of_credits")
          ) : (
            <JobLink id={payout.jobId} title={payout.jobTitle} />
          ),
        ],
        [t("admin.waits_for"), payout.reason ? t(`admin.payout_reason_${payout.reason}`) : "–"],
        [t("admin.since"), moment(payout.createdAt)],
        ...(payout.failures > 0 ? ([[t("admin.failures"), payout.failures]] as [string, number][]) : []),
        ...(payout.decisionReason
          ? ([[t("admin.earlier_decision"), payout.decisionReason]] as [string, string][])
          : []),
      ]}
    />
  );
}

/** Returns what can be decided: what is held already is not held again, and only credits become credits again. */
function choicesOf(payout: Payout): DecisionChoice[] {
  const choices: DecisionChoice[] = [
    { value: "send", label: t("admin.payout_send"), effect: t("admin.payout_send_effect") },
  ];
  if (!payout.heldBy)
    choices.push({ value: "hold", label: t("admin.payout_hold"), effect: t("admin.payout_hold_effect") });
  if (payout.kind === "credits")
    choices.push({
      value: "credit",
      label: t("admin.payout_credit"),
      effect: t("admin.payout_credit_effect", { amount: money(payout.amountCents) }),
      danger: true,
    });
  return choices;
}
