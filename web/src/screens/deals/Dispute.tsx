/** A problem with a job that Khaya keeps the money of: opening it, both sides, an agreement, and its end. */
import { now } from "../../api/clock";
import {
  type Escrow,
  forgetDeal,
  isPartyJob,
  type Job,
  type PartyJob,
  useEscrow,
  useJob,
} from "../../api/deals";
import { splitSentence } from "../../deal/deal";
import { type Side, sideOf } from "../../deal/stages";
import { Loaded } from "../../forms/Loaded";
import { person } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { OriginalText } from "../../ui/OriginalText";
import { Page } from "../../ui/Page";
import { deadline, moment, money } from "../../words/format";
import { isWord, t } from "../../words/words";
import { Agreement } from "./Agreement";
import { EvidenceOf } from "./EvidenceOf";
import { OpenDispute } from "./OpenDispute";
import { WhyKhayaDecided } from "./WhyKhayaDecided";
import { Withdraw } from "./Withdraw";

export default function Dispute({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Page title={t("deals.dispute_title")} back={`/deals/${id}`}>
      <Loaded query={job}>
        {(found) => (
          <Checked
            job={found}
            onChanged={() => {
              forgetDeal(id);
              void job.reload();
            }}
          />
        )}
      </Loaded>
    </Page>
  );
}

function Checked({ job, onChanged }: { job: Job; onChanged: () => void }) {
  const side = isPartyJob(job) ? sideOf(job, person.value?.userId) : null;
  if (!isPartyJob(job) || !side) return <Note kind="info">{t("deals.not_yours")}</Note>;
  if (!job.escrow)
    return (
      <Note kind="info">
        <p>{t("deals.no_dispute_in_cash")}</p>
        <LinkButton href={`/report/job/${job.id}`}>{t("deal.act.report")}</LinkButton>
      </Note>
    );
  return <Between job={job} side={side} onChanged={onChanged} />;
}

interface BetweenProps {
  job: PartyJob;
  side: Side;
  onChanged: () => void;
}

function Between({ job, side, onChanged }: BetweenProps) {
  const escrow = useEscrow(job.id);
  const changed = () => {
    onChanged();
    void escrow.reload();
  };
  return (
    <Loaded query={escrow}>
      {(found) => {
        const disputed = found.status === "disputed";
        const frozen = found.chargeback?.status === "open";
        const canOpen = ["deposit_paid", "held"].includes(found.status) && job.startedAt !== null;
        return (
          <>
            <h2>{job.title}</h2>
            {found.dispute && <State dispute={found.dispute} job={job} side={side} escrow={found} />}
            {!found.dispute && !canOpen && !frozen && <Note kind="info">{t("deals.dispute_not_now")}</Note>}
            {canOpen && <OpenDispute job={job} onOpened={changed} />}
            {disputed && !frozen && <Agreement job={job} side={side} escrow={found} onChanged={changed} />}
            {(disputed || frozen || (found.dispute?.evidence.length ?? 0) > 0) && (
              <EvidenceOf job={job} side={side} escrow={found} open={disputed || frozen} onAdded={changed} />
            )}
            {disputed && found.dispute?.by === side && <Withdraw job={job} onWithdrawn={changed} />}
          </>
        );
      }}
    </Loaded>
  );
}

interface StateProps {
  dispute: NonNullable<Escrow["dispute"]>;
  job: PartyJob;
  side: Side;
  escrow: Escrow;
}

function State({ dispute, job, side, escrow }: StateProps) {
  const open = dispute.decision === null;
  const decision = `deals.decision_${dispute.decision}`;
  const split = splitSentence({ job, side, escrow });
  const facts: [string, string][] = [
    [t("deals.opened_by"), opener(dispute.by, job)],
    [t("deals.opened_at"), moment(dispute.openedAt)],
  ];
  if (open) facts.push([t("deals.held"), money(escrow.heldCents)]);
  if (open && dispute.decideBy) facts.push([t("deals.decide_by"), deadline(dispute.decideBy, now())]);
  if (dispute.workerCents !== null) facts.push([t("deals.to_worker"), money(dispute.workerCents)]);
  if (dispute.refundCents !== null) facts.push([t("deals.to_buyer"), money(dispute.refundCents)]);
  if (dispute.platformCents !== null) facts.push([t("deals.to_khaya"), money(dispute.platformCents)]);
  return (
    <section>
      {open ? (
        <Note kind="waiting">
          <p>
            <OriginalText word="deals.dispute_open" />
          </p>
        </Note>
      ) : (
        <Note kind="info">
          <p>{isWord(decision) ? t(decision) : t("deals.dispute_over")}</p>
          {split && <p>{split}</p>}
        </Note>
      )}
      <WhyKhayaDecided job={job} escrow={escrow} />
      {dispute.by !== "system" && <p class="text">{dispute.reason}</p>}
      <Facts facts={facts} />
      {open && (
        <>
          <p>
            <OriginalText word="deals.decided_how" />
          </p>
          <p>
            <OriginalText word="deals.decided_if_equal" />
          </p>
        </>
      )}
    </section>
  );
}

function opener(by: string, job: PartyJob): string {
  if (by === "buyer") return job.buyerName;
  if (by === "worker") return job.workerName ?? t("deal.the_worker");
  return t("deals.by_deadline");
}
