/** The buyer looks at the work: good, back to the worker, or a problem. */
import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import { now } from "../../api/clock";
import {
  type Escrow,
  forgetDeal,
  isPartyJob,
  type Job,
  type PartyJob,
  useConfiguration,
  useEscrow,
  useJob,
} from "../../api/deals";
import { sideOf } from "../../deal/stages";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { Photo } from "../../offline/Photo";
import { person } from "../../session/person";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { OriginalText } from "../../ui/OriginalText";
import { Page } from "../../ui/Page";
import { Sheet } from "../../ui/Sheet";
import { deadline, moment, money } from "../../words/format";
import { t } from "../../words/words";
import { SendBack } from "./SendBack";

export default function CheckWork({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Page title={t("buyer.check_title")} back={`/deals/${id}`}>
      <Loaded query={job}>{(found) => <Checked job={found} />}</Loaded>
    </Page>
  );
}

function Checked({ job }: { job: Job }) {
  const owner = isPartyJob(job) && sideOf(job, person.value?.userId) === "buyer";
  if (!isPartyJob(job) || !owner) return <Note kind="info">{t("buyer.only_buyer_checks")}</Note>;
  if (job.status !== "in_progress") return <NotNow job={job} text={t("buyer.check_over")} />;
  if (!job.escrow) return <Choice job={job} />;
  return <WithEscrow job={job} />;
}

function WithEscrow({ job }: { job: PartyJob }) {
  const escrow = useEscrow(job.id);
  return (
    <Loaded query={escrow}>
      {(found) => {
        if (!job.submission) return <NotNow job={job} text={t("buyer.not_handed_in")} />;
        if (found.status === "disputed") return <NotNow job={job} text={t("deal.disputed.buyer")} />;
        if (found.status !== "held")
          return (
            <>
              <WorkDone job={job} />
              <Note kind="waiting">
                <p>{t("buyer.pay_before_check")}</p>
              </Note>
              <LinkButton href={`/deals/${job.id}/pay`}>
                {t("deal.act.pay", { amount: money(job.escrow?.dueNowCents ?? 0) })}
              </LinkButton>
              <Problem job={job} />
            </>
          );
        return <Choice job={job} escrow={found} />;
      }}
    </Loaded>
  );
}

function NotNow({ job, text }: { job: PartyJob; text: string }) {
  return (
    <>
      <Note kind="info">{text}</Note>
      <LinkButton href={`/deals/${job.id}`}>{t("buyer.to_job")}</LinkButton>
    </>
  );
}

function Choice({ job, escrow }: { job: PartyJob; escrow?: Escrow }) {
  const config = useConfiguration();
  const open = useSignal<"good" | "back" | null>(null);
  const sentBack = useSignal(false);
  const most = config.data.value?.limits.changes ?? 3;
  const next = job.changes.length + 1;
  const until = job.escrow?.releaseAt ?? job.completesAt;
  if (sentBack.value) return <Note kind="done">{t("buyer.sent_back", names(job))}</Note>;
  return (
    <>
      <WorkDone job={job} />
      {until && job.submission && (
        <p>{t(escrow ? "deal.until.released" : "deal.until.completes", { when: deadline(until, now()) })}</p>
      )}
      <Button
        onClick={() => {
          open.value = "good";
        }}
      >
        {t("buyer.good")}
      </Button>
      {job.submission && next <= most && open.value !== "back" && (
        <Button
          kind="secondary"
          onClick={() => {
            open.value = "back";
          }}
        >
          {t("buyer.send_back", { number: next, most })}
        </Button>
      )}
      {job.submission && next > most && <p>{t("buyer.send_back_no_more", { most })}</p>}
      {open.value === "back" && (
        <SendBack
          job={job}
          onSent={() => {
            sentBack.value = true;
          }}
        />
      )}
      <Problem job={job} />
      {open.value === "good" && (
        <Confirm
          job={job}
          escrow={escrow}
          onClose={() => {
            open.value = null;
          }}
        />
      )}
    </>
  );
}

function WorkDone({ job }: { job: PartyJob }) {
  return (
    <section>
      <h2>{job.title}</h2>
      {job.submission ? (
        <>
          <p class="soft">{t("buyer.handed_in_at", { when: moment(job.submission.submittedAt) })}</p>
          {job.submission.note && <p class="text">{job.submission.note}</p>}
          <div class="photos">
            {job.submission.photos.map((photo, index) => (
              <Photo
                key={photo.url ?? index}
                picture={photo}
                alt={t("photos.number", { number: index + 1 })}
                width={300}
              />
            ))}
          </div>
        </>
      ) : (
        <p>{t("buyer.not_handed_in_cash", names(job))}</p>
      )}
    </section>
  );
}

function Problem({ job }: { job: PartyJob }) {
  return (
    <LinkButton kind="plain" href={job.escrow ? `/deals/${job.id}/dispute` : `/report/job/${job.id}`}>
      {t("buyer.problem")}
    </LinkButton>
  );
}

interface ConfirmProps {
  job: PartyJob;
  escrow: Escrow | undefined;
  onClose: () => void;
}

/** The last question before the money goes out. */
function Confirm({ job, escrow, onClose }: ConfirmProps) {
  const { route } = useLocation();
  const complete = useAction(
    (key) =>
      ask(
        api.POST("/jobs/{jobId}/completion", {
          params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
        }),
      ),
    `completion/${job.id}`,
  );
  const values = { ...names(job), amount: money(escrow?.workerCents ?? job.agreedCents ?? 0) };
  return (
    <Sheet title={t("buyer.good_question")} onClose={onClose}>
      <p>
        <OriginalText word={escrow ? "buyer.release_effect" : "buyer.done_effect"} values={values} />
      </p>
      <FailureNote failure={complete.failure.value} />
      <Button
        busy={complete.busy.value}
        onClick={async () => {
          if (!(await complete.run())) return;
          forgetDeal(job.id);
          route(`/deals/${job.id}/review`);
        }}
      >
        {t(escrow ? "buyer.release" : "buyer.done", values)}
      </Button>
      <Button kind="plain" onClick={onClose}>
        {t("cancel")}
      </Button>
    </Sheet>
  );
}

function names(job: PartyJob): { worker: string } {
  return { worker: job.workerName ?? t("deal.the_worker") };
}
