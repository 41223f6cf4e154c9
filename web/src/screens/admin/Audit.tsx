/** Who changed what, when, from which value to which. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { t } from "../../words/words";
import { Queue } from "./Queue";

type Entry = Schemas["AuditView"];

export default function Audit() {
  const { query } = useLocation();
  const wanted = {
    ...(query.object ? { object: query.object } : {}),
    ...(query.actor ? { actor: query.actor } : {}),
  };
  const pages = usePages<Entry>(`admin/audit?${JSON.stringify(wanted)}`, (cursor) =>
    ask(api.GET("/admin/audit", { params: { query: { ...wanted, ...(cursor ? { cursor } : {}) } } })),
  );
  return (
    <Page title={t("admin.audit")} back="/admin">
      <Queue pages={pages}>
        {(entry) => (
          <>
            <p>
              <strong>
                <code>{entry.action}</code>
              </strong>{" "}
              ·{" "}
              <a class="tap" href={`/admin/audit?object=${entry.object.kind}/${entry.object.id}`}>
                <code>
                  {entry.object.kind} {entry.object.id}
                </code>
              </a>
            </p>
            <p class="soft">
              {moment(entry.at)} ·{" "}
              {entry.actorId ? (
                <a class="tap" href={`/admin/audit?actor=${entry.actorId}`}>
                  <code>{entry.actorId}</code>
                </a>
              ) : (
                t("admin.system")
              )}
            </p>
            <ul>
              {entry.changes.map((change) => (
                <li key={change.field}>
                  <code>
                    {t("admin.from_to", {
                      field: change.field,
                      from: text(change.from),
                      to: text(change.to),
                    })}
                  </code>
                </li>
              ))}
            </ul>
          </>
        )}
      </Queue>
    </Page>
  );
}

function text(value: unknown): string {
  return value === null || value === "" ? "–" : Array.isArray(value) ? value.join(", ") : String(value);
}
