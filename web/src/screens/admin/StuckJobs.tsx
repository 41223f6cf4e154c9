/** Jobs that do not go on: in progress, and nothing new for 14 days after the agreed time. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { JobLink } from "./JobLink";
import { PersonLink } from "./PersonLink";
import { Queue } from "./Queue";

type Job = Schemas["PartyJobView"];

export default function StuckJobs() {
  const pages = usePages<Job>("admin/jobs", (cursor) =>
    ask(api.GET("/admin/jobs", { params: { query: { stuck: "true", ...(cursor ? { cursor } : {}) } } })),
  );
  return (
    <Page title={t("admin.queue_stuck_jobs")} back="/admin">
      <p>{t("admin.about_stuck_jobs")}</p>
      <Queue pages={pages}>
        {(job) => (
          <>
            <h2>
              <JobLink id={job.id} title={job.title} />
            </h2>
            <JobFacts job={job} />
            <Decision
              name={job.id}
              about={job.title}
              shortest={3}
              hint={t("admin.both_read")}
              parties={[job.buyerId, job.workerId]}
              choices={[
                {
                  value: "completed",
                  label: t("admin.close_completed"),
                  effect: t("admin.close_completed_effect"),
                },
                {
                  value: "cancelled",
                  label: t("admin.close_cancelled"),
                  effect: t("admin.close_cancelled_effect"),
                  danger: true,
                },
              ]}
              decide={(key, status, reason) =>
                ask(
                  api.POST("/jobs/{jobId}/closing", {
                    params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
                    body: { status: status as "completed" | "cancelled", reason },
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

function JobFacts({ job }: { job: Job }) {
  return (
    <Facts
      facts={[
        [t("admin.buyer"), <PersonLink id={job.buyerId} name={job.buyerName} withPhone />],
        [
          t("admin.worker"),
          job.workerId ? <PersonLink id={job.workerId} name={job.workerName} withPhone /> : "–",
        ],
        [t("admin.place"), job.location],
        [t("admin.agreed"), job.agreedCents === null ? "–" : money(job.agreedCents)],
        [t("admin.paid_how"), t(job.payment === "cash" ? "admin.paid_cash" : "admin.paid_through_khaya")],
        [t("admin.due_day"), job.handInBy ? moment(job.handInBy) : "–"],
        [
          t("admin.work_handed_in"),
          job.submission ? moment(job.submission.submittedAt) : t("admin.not_handed_in"),
        ],
        [t("admin.sent_back_times"), t("admin.times", { n: job.changes.length })],
        [t("admin.last_change"), moment(job.updatedAt)],
      ]}
    />
  );
}
