/** Disputes that an admin decides: the list by the day on which they end by themselves, and one with both sides. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { usePages, useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { type Split, SplitFacts, splitSentence } from "./ConfirmSplit";
import { Evidence } from "./Evidence";
import { Queue } from "./Queue";
import { Resolution } from "./Resolution";

type Escrow = Schemas["EscrowView"];
type Job = Schemas["PartyJobView"];

export default function Disputes({ id }: { id?: string }) {
  return id ? <OneDispute id={id} /> : <All />;
}

function All() {
  const pages = usePages<Escrow>("admin/escrows", (cursor) =>
    ask(
      api.GET("/admin/escrows", { params: { query: { status: "disputed", ...(cursor ? { cursor } : {}) } } }),
    ),
  );
  return (
    <Page title={t("admin.queue_disputes")} back="/admin">
      <Queue pages={pages}>
        {(escrow) => (
          <>
            <a class="tap" href={`/admin/disputes/${escrow.jobId}`}>
              {t("admin.dispute_of", { amount: money(escrow.heldCents) })}
            </a>
            {escrow.dispute && (
              <>
                <p class="text">{escrow.dispute.reason}</p>
                <p class="soft">
                  {escrow.dispute.decideBy && t("admin.decide_by", { when: moment(escrow.dispute.decideBy) })}
                </p>
              </>
            )}
          </>
        )}
      </Queue>
    </Page>
  );
}

function OneDispute({ id }: { id: string }) {
  const path = { path: { jobId: id } };
  const decided = useSignal(false);
  const both = useQuery(`admin/disputes/${id}`, async () => {
    const [job, escrow] = await Promise.all([
      ask(api.GET("/jobs/{jobId}", { params: path })),
      ask(api.GET("/jobs/{jobId}/escrow", { params: path })),
    ]);
    return { job: job as Job, escrow };
  });
  return (
    <Page title={t("admin.dispute")} back="/admin/disputes">
      <Loaded query={both}>
        {({ job, escrow }) => (
          <>
            {decided.value && <Decided escrow={escrow} job={job} />}
            <h2>
              <a class="tap" href={`/jobs/${job.id}`}>
                {job.title}
              </a>
            </h2>
            <Facts
              facts={[
                [t("admin.held"), <span class="amount">{money(escrow.heldCents)}</span>],
                [t("admin.agreed"), money(escrow.amountCents)],
                [t("admin.paid"), money(escrow.paidCents)],
                [
                  t("admin.buyer"),
                  <a class="tap" href={`/admin/people/${job.buyerId}`}>
                    {job.buyerName}
                  </a>,
                ],
                [
                  t("admin.worker"),
                  <a class="tap" href={`/admin/people/${job.workerId}`}>
                    {job.workerName}
                  </a>,
                ],
                ...(escrow.dispute?.decideBy
                  ? ([[t("admin.decide_by_short"), moment(escrow.dispute.decideBy)]] as [string, string][])
                  : []),
                ...(escrow.settlement
                  ? ([[t("admin.proposed_refund"), money(escrow.settlement.refundCents)]] as [
                      string,
                      string,
                    ][])
                  : []),
              ]}
            />
            {escrow.dispute && (
              <p class="text">
                <strong>
                  {t("admin.reason")} ({opener(escrow.dispute.by, job)}):
                </strong>{" "}
                {escrow.dispute.reason}
              </p>
            )}
            {escrow.dispute?.decision && <Outcome dispute={escrow.dispute} job={job} />}
            <Evidence escrow={escrow} job={job} />
            {escrow.status === "disputed" && (
              <Resolution
                escrow={escrow}
                job={job}
                onDone={(after) => {
                  both.data.value = { job, escrow: after };
                  decided.value = true;
                  void both.reload();
                }}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Says after a decision what it did; a first decision of two has done nothing yet. */
function Decided({ escrow, job }: { escrow: Escrow; job: Job }) {
  const split = escrow.dispute && splitOf(escrow.dispute);
  if (split)
    return (
      <Note kind="done" title={t("admin.decided")}>
        {splitSentence(split, job)}
      </Note>
    );
  return <Note kind="waiting" title={t("admin.decided_first")} />; // the proposal below says what it waits for
}

function Outcome({ dispute, job }: { dispute: NonNullable<Escrow["dispute"]>; job: Job }) {
  const split = splitOf(dispute);
  return split ? (
    <section>
      <h3>{t("admin.outcome")}</h3>
      <SplitFacts split={split} job={job} />
    </section>
  ) : null;
}

/** Returns who got what; null while it is not decided, or where the dispute ended without sharing the money. */
function splitOf({ workerCents, refundCents, platformCents }: NonNullable<Escrow["dispute"]>): Split | null {
  if (workerCents === null || refundCents === null || platformCents === null) return null;
  return { workerCents, refundCents, platformCents };
}

/** Returns the name of who opened a dispute. */
function opener(by: string, job: Job): string {
  if (by === "buyer") return job.buyerName;
  return by === "worker" ? (job.workerName ?? t("admin.worker")) : t("admin.system");
}
