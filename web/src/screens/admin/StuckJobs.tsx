/** Jobs that do not go on: in progress, and nothing new for 14 days after the agreed time. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Job = Schemas["PartyJobView"];

export default function StuckJobs() {
  const pages = usePages<Job>("admin/jobs", (cursor) =>
    ask(api.GET("/admin/jobs", { params: { query: { stuck: "true", ...(cursor ? { cursor } : {}) } } })),
  );
  return (
    <Page title={t("admin.queue_stuck_jobs")} back="/admin">
      <Queue pages={pages}>
        {(job) => (
          <>
            <h2>
              <a class="tap" href={`/jobs/${job.id}`}>
                {job.title}
              </a>
            </h2>
            <p>
              <a class="tap" href={`/admin/people/${job.buyerId}`}>
                {job.buyerName}
              </a>{" "}
              ·{" "}
              <a class="tap" href={`/admin/people/${job.workerId}`}>
                {job.workerName}
              </a>
            </p>
            <p class="soft">{job.acceptedAt && t("admin.accepted", { when: moment(job.acceptedAt) })}</p>
            <Decision
              name={job.id}
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
