/** The admin's first page: a tile for each queue, and the last 30 days. */
import { api, ask } from "../../api/client";
import { today } from "../../api/clock";
import { useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Button, LinkButton } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t, type Word } from "../../words/words";
import { Chart } from "./Chart";
import { useRefresh } from "./Queue";

const PATHS = {
  listings: "/admin/moderation",
  stories: "/admin/moderation/stories",
  verifications: "/admin/verifications",
  reports: "/admin/reports",
  stuck_jobs: "/admin/stuck-jobs",
  disputes: "/admin/disputes",
  payouts: "/admin/payouts",
  refunds: "/admin/refunds",
  suspense: "/admin/suspense",
  chargebacks: "/admin/chargebacks",
  differences: "/admin/differences",
  adjustments: "/admin/adjustments",
  referrals: "/admin/referrals",
};
const DAYS = 30;
const CHARTS: { word: Word; of: "jobsPosted" | "bidsPlaced" | "peopleJoined" | "completedCents" }[] = [
  { word: "admin.jobs", of: "jobsPosted" },
  { word: "admin.bids", of: "bidsPlaced" },
  { word: "admin.people_joined", of: "peopleJoined" },
  { word: "admin.completed_rand", of: "completedCents" },
];

/** Returns the queues with something in them before the empty ones. */
function waitingFirst<Q extends { count: number }>(queues: Q[]): Q[] {
  return [...queues].sort((a, b) => Number(b.count > 0) - Number(a.count > 0));
}

export default function Dashboard() {
  const queues = useQuery("admin/queues", () => ask(api.GET("/admin/queues")));
  const from = new Date(Date.parse(today()) - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10);
  const statistics = useQuery(`admin/statistics?${from}`, () =>
    ask(api.GET("/admin/statistics", { params: { query: { from, to: today() } } })),
  );
  useRefresh(() => void queues.reload());
  return (
    <Page title={t("admin.title")}>
      <h2>{t("admin.waiting")}</h2>
      <Button kind="secondary" busy={queues.loading.value} onClick={() => void queues.reload()}>
        {t("admin.refresh")}
      </Button>
      <Loaded query={queues}>
        {({ items }) => (
          <ul class="list tiles">
            {waitingFirst(items).map((one) => (
              <li key={one.queue}>
                <a class="card" href={PATHS[one.queue]}>
                  <strong>{t(`admin.queue_${one.queue}`)}</strong>
                  <p class="amount large">{one.more ? t("admin.many", { count: one.count }) : one.count}</p>
                  {one.oldestAt && (
                    <p class="soft small">{t("admin.oldest", { when: moment(one.oldestAt) })}</p>
                  )}
                </a>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <div class="row">
        {(["people", "audit", "money"] as const).map((page) => (
          <LinkButton key={page} kind="secondary" href={`/admin/${page}`}>
            {t(`admin.${page}`)}
          </LinkButton>
        ))}
      </div>
      <h2>{t("admin.last_days", { days: DAYS })}</h2>
      <Loaded query={statistics}>
        {({ days }) => (
          <div class="charts">
            {CHARTS.map(({ word, of }) => (
              <Chart
                key={of}
                title={t(word)}
                days={days
                  .map((one) => ({ date: one.date, value: one[of] }))
                  .sort((a, b) => a.date.localeCompare(b.date))}
                write={of === "completedCents" ? money : String}
              />
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
