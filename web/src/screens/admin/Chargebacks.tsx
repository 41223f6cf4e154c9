/** Payments that a bank asks back, by the day on which an answer is due; beside them those that were answered. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { DownloadButton } from "../../forms/DownloadButton";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision, type DecisionChoice } from "./Decision";
import { JobLink } from "./JobLink";
import { onlyThose } from "./onlyThose";
import { PersonLink } from "./PersonLink";
import { Queue } from "./Queue";
import { Tabs } from "./Tabs";

type Chargeback = Schemas["ChargebackView"];

const TO_ANSWER = "/admin/chargebacks";
const ANSWERED = "/admin/chargebacks?status=answered";

export default function Chargebacks() {
  const { query } = useLocation();
  const answered = query.status === "answered";
  const pages = usePages<Chargeback>(
    `admin/chargebacks?${answered}`,
    onlyThose(readOpen, (one) => isAnswered(one) === answered),
  );
  return (
    <Page title={t("admin.queue_chargebacks")} back="/admin">
      <p>{t("admin.about_chargebacks")}</p>
      <Tabs
        label={t("admin.queue_chargebacks")}
        current={answered ? ANSWERED : TO_ANSWER}
        links={[
          [TO_ANSWER, t("admin.to_answer")],
          [ANSWERED, t("admin.answered")],
        ]}
      />
      <Queue pages={pages}>
        {(one) => (
          <>
            <h2 class="amount">{money(one.amountCents)}</h2>
            <ChargebackFacts one={one} />
            {one.jobId && (
              <DownloadButton
                path={`/admin/payments/chargebacks/${one.id}/evidence`}
                file={`chargeback-${one.id}.pdf`}
              >
                {t("admin.evidence")}
              </DownloadButton>
            )}
            {answered ? (
              <Note kind="waiting">{answerOf(one)}</Note>
            ) : (
              <Decision
                name={one.id}
                about={money(one.amountCents)}
                shortest={10}
                parties={[one.buyerId, one.workerId]}
                choices={choicesOf(one)}
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

function readOpen(cursor?: string) {
  return ask(api.GET("/admin/payments/chargebacks", { params: { query: cursor ? { cursor } : {} } }));
}

function ChargebackFacts({ one }: { one: Chargeback }) {
  return (
    <Facts
      facts={[
        [t("admin.answer_by"), one.dueAt ? moment(one.dueAt) : "–"],
        [t("admin.buyer"), one.buyerId ? <PersonLink id={one.buyerId} /> : t("admin.nobody_known")],
        [t("admin.worker"), one.workerId ? <PersonLink id={one.workerId} /> : "–"],
        [t("admin.job"), <JobLink id={one.jobId} title={one.jobTitle} />],
        [t("admin.asked_back_on"), moment(one.createdAt)],
        [t("admin.at_provider"), one.collectionId],
      ]}
    />
  );
}

/** Returns what can be answered: of a payment without a job there is no evidence to contest with. */
function choicesOf(one: Chargeback): DecisionChoice[] {
  const accept: DecisionChoice = {
    value: "accept",
    label: t("admin.accept"),
    effect: t("admin.accept_effect", { amount: money(one.amountCents) }),
    danger: true,
  };
  if (!one.jobId) return [accept];
  return [{ value: "contest", label: t("admin.contest"), effect: t("admin.contest_effect") }, accept];
}

function answerOf({ answer }: Chargeback): string {
  if (!answer) return t("admin.answered_elsewhere");
  return t("admin.answered_on", { when: moment(answer.at), decision: t(`admin.${answer.decision}`) });
}

function isAnswered(one: Chargeback): boolean {
  return one.answered || one.answer !== null;
}
