/** People who ask to be checked: what they say, what they have done here, and what was decided about them before. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { LinkButton } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { t } from "../../words/words";
import { Applicant } from "./Applicant";
import { Decision } from "./Decision";
import { PersonLink } from "./PersonLink";
import { Queue } from "./Queue";

type Verification = Schemas["VerificationView"];

export default function Verifications() {
  const pages = usePages<Verification>("admin/verifications", (cursor) =>
    ask(api.GET("/admin/verifications", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_verifications")} back="/admin">
      <p>{t("admin.about_verifications")}</p>
      <Queue pages={pages}>
        {(one) => (
          <>
            <h2>
              <PersonLink id={one.userId} name={one.displayName} />
            </h2>
            {one.askedAt && <p class="soft">{t("admin.asked_on", { when: moment(one.askedAt) })}</p>}
            <h3>{t("admin.they_write")}</h3>
            <blockquote class="text">{one.note}</blockquote>
            <h3>{t("admin.certificates")}</h3>
            <Certificates titles={one.certifications} />
            <Applicant id={one.userId} />
            <LinkButton kind="secondary" href={`/people/${one.userId}`}>
              {t("me.as_others")}
            </LinkButton>
            <Decision
              name={one.userId}
              about={one.displayName}
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

function Certificates({ titles }: { titles: Verification["certifications"] }) {
  if (!titles.length) return <p>{t("admin.no_certificates")}</p>;
  return (
    <ul>
      {titles.map((certificate) => (
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
  );
}
