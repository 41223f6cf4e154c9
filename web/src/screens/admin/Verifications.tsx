/** People who ask to be checked: who they say they are, and their certificates. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Verification = Schemas["VerificationView"];

export default function Verifications() {
  const pages = usePages<Verification>("admin/verifications", (cursor) =>
    ask(api.GET("/admin/verifications", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_verifications")} back="/admin">
      <Queue pages={pages}>
        {(one) => (
          <>
            <h2>
              <a class="tap" href={`/admin/people/${one.userId}`}>
                {one.displayName}
              </a>
            </h2>
            {one.askedAt && <p class="soft">{moment(one.askedAt)}</p>}
            <p class="text">{one.note}</p>
            <ul>
              {one.certifications.map((certificate) => (
                <li key={certificate.title}>
                  {certificate.url ? (
                    <a class="tap" href={certificate.url} target="_blank" rel="noreferrer">
                      {certificate.title}
                    </a>
                  ) : (
                    certificate.title
                  )}
                </li>
              ))}
            </ul>
            <Decision
              name={one.userId}
              shortest={3}
              parties={[one.userId]}
              choices={[
                { value: "approve", label: t("admin.verify"), effect: t("admin.verify_effect") },
                {
                  value: "refuse",
                  label: t("admin.refuse"),
                  effect: t("admin.verify_refuse_effect"),
                  danger: true,
                },
              ]}
              decide={(key, decision, reason) =>
                ask(
                  api.POST("/admin/verifications/{userId}/decision", {
                    params: { path: { userId: one.userId }, header: { "Idempotency-Key": key } },
                    body: { decision: decision as "approve" | "refuse", reason },
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
