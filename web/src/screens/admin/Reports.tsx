/** What people reported: the thing in its place, and what can be done about it. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";
import { Reported } from "./Reported";
import { Tabs } from "./Tabs";

type Report = Schemas["AdminReportView"];

export default function Reports() {
  const { query } = useLocation();
  const status = query.status === "resolved" ? "resolved" : "open";
  const pages = usePages<Report>(`admin/reports?${status}`, (cursor) =>
    ask(api.GET("/reports", { params: { query: { status, ...(cursor ? { cursor } : {}) } } })),
  );
  return (
    <Page title={t("admin.queue_reports")} back="/admin">
      <Tabs
        label={t("admin.queue_reports")}
        current={status === "open" ? "/admin/reports" : "/admin/reports?status=resolved"}
        links={[
          ["/admin/reports", t("admin.open")],
          ["/admin/reports?status=resolved", t("admin.resolved")],
        ]}
      />
      <Queue pages={pages}>
        {(report) => (
          <>
            <Reported report={report}>
              <p class="soft">
                {moment(report.createdAt)} ·{" "}
                <a class="tap" href={`/admin/people/${report.reporterId}`}>
                  {t("admin.reporter")}
                </a>
              </p>
              <p class="text">{report.reason}</p>
            </Reported>
            {report.resolution ? (
              <p>
                {t(`admin.report_${report.resolution.decision}`)}: {report.resolution.note}
              </p>
            ) : (
              <Decision
                name={report.id}
                shortest={3}
                choices={[
                  { value: "upheld", label: t("admin.uphold"), effect: t("admin.uphold_effect") },
                  { value: "dismissed", label: t("admin.dismiss"), effect: t("admin.dismiss_effect") },
                ]}
                decide={(key, decision, note) =>
                  ask(
                    api.POST("/reports/{id}/resolution", {
                      params: { path: { id: report.id }, header: { "Idempotency-Key": key } },
                      body: { decision: decision as "upheld" | "dismissed", note },
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
