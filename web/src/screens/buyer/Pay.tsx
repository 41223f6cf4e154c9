/** The buyer pays a part of the money that Khaya keeps: what, how much, until when; then the provider's page. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { isPartyJob, type Job, type PartyJob, useEscrow, useJob } from "../../api/deals";
import { sideOf } from "../../deal/stages";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { person } from "../../session/person";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { OriginalText } from "../../ui/OriginalText";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { openCheckout, type Part, partDue } from "./checkout";
import { PayLines } from "./PayLines";

export default function Pay({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Page title={t("buyer.pay_title")} back={`/deals/${id}`}>
      <Loaded query={job}>{(found) => <Checked job={found} />}</Loaded>
    </Page>
  );
}

function Checked({ job }: { job: Job }) {
  const owner = isPartyJob(job) && sideOf(job, person.value?.userId) === "buyer";
  if (!isPartyJob(job) || !owner) return <Note kind="info">{t("buyer.only_buyer_pays")}</Note>;
  if (!job.escrow) return <Note kind="info">{t("buyer.nothing_due")}</Note>;
  return <Paying job={job} />;
}

function Paying({ job }: { job: PartyJob }) {
  const escrow = useEscrow(job.id);
  const unlisted = useSignal(false);
  const dueCents = job.escrow?.dueNowCents ?? 0;
  const pay = useAction(async (key, part: Part) => {
    unlisted.value = !(await openCheckout(job.id, part, key));
  });
  return (
    <Loaded query={escrow}>
      {(found) => {
        const part = partDue(found, dueCents);
        if (!part) return <NothingDue job={job} />;
        return (
          <>
            <h2>{job.title}</h2>
            <p>
              <OriginalText
                word={part === "balance" ? "buyer.pay_rest_what" : "buyer.pay_first_what"}
                values={names(job)}
              />
            </p>
            <PayLines amounts={found} paidCents={found.paidCents} />
            {job.escrow?.dueAt && (
              <p>
                <strong>{t("deal.until.pay", { when: moment(job.escrow.dueAt) })}</strong>
              </p>
            )}
            <p>
              <OriginalText word="payment.escrow_why" />
            </p>
            {unlisted.value && <Note kind="error">{t("buyer.unlisted")}</Note>}
            <FailureNote failure={pay.failure.value} />
            <Button busy={pay.busy.value} onClick={() => void pay.run(part)}>
              {t("deal.act.pay", { amount: money(dueCents) })}
            </Button>
            <p class="small soft">{t("buyer.pay_needs_network")}</p>
          </>
        );
      }}
    </Loaded>
  );
}

function NothingDue({ job }: { job: PartyJob }) {
  return (
    <>
      <Note kind="done">{t("buyer.nothing_due")}</Note>
      <LinkButton href={`/deals/${job.id}`}>{t("buyer.to_job")}</LinkButton>
    </>
  );
}

function names(job: PartyJob): { worker: string } {
  return { worker: job.workerName ?? t("deal.the_worker") };
}
