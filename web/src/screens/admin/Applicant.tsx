/** What Khaya knows of somebody who asks to be checked: profile, work so far, and earlier decisions about them. */
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { tradeWords } from "../../cards/PersonLine";
import { Loaded } from "../../forms/Loaded";
import { Facts } from "../../ui/Facts";
import { decimal, moment, phone } from "../../words/format";
import { isWord, t } from "../../words/words";
import { usePerson } from "./PersonLink";

type Person = Schemas["AdminPersonView"];
type Entry = Schemas["AuditView"];

export function Applicant({ id }: { id: string }) {
  return (
    <>
      <Loaded query={usePerson(id)}>{(found) => <Known found={found} />}</Loaded>
      <h3>{t("admin.history")}</h3>
      <History id={id} />
    </>
  );
}

function Known({ found }: { found: Person }) {
  const { profile } = found;
  return (
    <>
      {profile.bio && <p class="text">{profile.bio}</p>}
      <Facts
        facts={[
          [t("admin.roles"), found.roles.map((role) => t(`role.${role}`)).join(", ")],
          [t("admin.trades"), profile.trades.map(tradeWords).join(", ") || "–"],
          [t("admin.years"), profile.yearsExperience ?? "–"],
          [t("admin.place"), profile.location ?? "–"],
          [t("settings.phone"), found.phone ? phone(found.phone) : t("settings.none")],
          [t("admin.joined"), found.createdAt ? moment(found.createdAt) : "–"],
          [
            t("admin.jobs_done"),
            t("admin.jobs_done_of", { all: profile.completedJobs, paid: profile.paidJobs }),
          ],
          [
            t("admin.rating"),
            profile.rating.average === null
              ? t("admin.no_rating")
              : t("admin.rating_of", {
                  average: decimal(profile.rating.average),
                  count: profile.rating.count,
                }),
          ],
          [t("admin.trust"), profile.trustScore],
          [t("admin.status"), t(`admin.status_${found.status}`)],
        ]}
      />
    </>
  );
}

function History({ id }: { id: string }) {
  const object = `people/${id}`;
  const trail = useQuery(`admin/history/${id}`, () =>
    ask(api.GET("/admin/audit", { params: { query: { object, limit: 50 } } })),
  );
  return (
    <Loaded query={trail}>
      {({ items }) => {
        const told = items
          .map((entry) => ({ entry, name: nameOf(entry) }))
          .filter(({ name }) => name !== null);
        if (!told.length) return <p>{t("admin.no_history")}</p>;
        return (
          <ul>
            {told.map(({ entry, name }) => (
              <li key={entry.id}>
                {name} · <span class="soft">{moment(entry.at)}</span>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}

/** Returns what an entry of the audit trail decided about the person; null where it is about something else. */
function nameOf({ action, changes }: Entry): string | null {
  const ended = action === "person.verified" && changes.some((one) => one.field === "verified" && !one.to);
  const name = `admin.event_${ended ? "unverified" : action.replace("person.", "")}`;
  return isWord(name) ? t(name) : null;
}
