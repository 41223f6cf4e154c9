/** A person's work: what is to do first, then what is running, then the past. */
import { useEffect } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { now } from "../../api/clock";
import { openActionCount } from "../../api/counts";
import { useOpenActions } from "../../api/deals";
import { type Pages, usePages } from "../../api/query";
import { dealOf, doingOf } from "../../deal/deal";
import { isRunning, type Side } from "../../deal/stages";
import { Loaded } from "../../forms/Loaded";
import { has } from "../../session/person";
import { Badge } from "../../ui/Badge";
import { LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { deadline, moment, money } from "../../words/format";
import { t } from "../../words/words";

type Job = Schemas["PartyJobView"];

export default function Deals() {
  const actions = useOpenActions();
  const count = actions.data.value?.length;
  useEffect(() => {
    if (count !== undefined) openActionCount.value = count;
  }, [count]);
  return (
    <Page title={t("bar.work")}>
      <h2>{t("deals.to_do")}</h2>
      <Loaded query={actions} empty={<p>{t("deals.nothing_to_do")}</p>}>
        {(items) => (
          <ul class="list">
            {items.map((action) => (
              <li key={`${action.kind} ${action.jobId ?? action.listingId} ${action.action}`}>
                <ToDo action={action} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {has("buyer") || has("worker") ? <OwnJobs toDo={actions.data.value ?? []} /> : <NoJobs />}
    </Page>
  );
}

function ToDo({ action }: { action: Schemas["ActionView"] }) {
  const doing = doingOf(action);
  const until = action.action === "pay" ? moment : (iso: string) => deadline(iso, now());
  const due = action.dueAt && until(action.dueAt);
  return (
    <article class="card">
      <h3>
        {action.jobId ? (
          <a class="tap" href={`/deals/${action.jobId}`}>
            {action.title}
          </a>
        ) : (
          action.title
        )}
      </h3>
      {due && <p>{t("deals.due", { when: due })}</p>}
      <LinkButton href={doing.href ?? `/deals/${action.jobId}`}>{doing.label}</LinkButton>
    </article>
  );
}

/** The jobs of a person, without those that stand under what is to do, which has each once. */
function OwnJobs({ toDo }: { toDo: Schemas["ActionView"][] }) {
  const shown = toDo.map((action) => action.jobId);
  const posted = useOwn("buyer");
  const given = useOwn("worker");
  const sides: [Side, Pages<Job>][] = [];
  if (has("buyer")) sides.push(["buyer", posted]);
  if (has("worker")) sides.push(["worker", given]);
  const all = sides.flatMap(([, pages]) => pages.data.value ?? []);
  const known = sides.every(([, pages]) => pages.data.value !== undefined);
  if (known && all.length === 0) return <NoJobs />;
  return (
    <>
      <h2>{t("deals.running")}</h2>
      {sides.map(([side, pages]) => (
        <JobList key={side} side={side} pages={pages} without={shown} running titled={sides.length > 1} />
      ))}
      <h2>{t("deals.past")}</h2>
      {sides.map(([side, pages]) => (
        <JobList
          key={side}
          side={side}
          pages={pages}
          without={shown}
          running={false}
          titled={sides.length > 1}
        />
      ))}
      <ShowMore
        more={sides.some(([, pages]) => pages.hasMore.value)}
        busy={sides.some(([, pages]) => pages.loading.value)}
        onMore={() => {
          for (const [, pages] of sides) void pages.more();
        }}
      />
      {has("buyer") && (
        <LinkButton kind="secondary" href="/post">
          {t("deal.act.post_again")}
        </LinkButton>
      )}
    </>
  );
}

function useOwn(side: Side): Pages<Job> {
  return usePages(
    `jobs/mine?as=${side}`,
    async (cursor) => {
      if (!has(side)) return { items: [] };
      const query = { as: side, limit: 10, ...(cursor && { cursor }) };
      return ask(api.GET("/jobs/mine", { params: { query } }));
    },
    "private",
  );
}

interface JobListProps {
  side: Side;
  pages: Pages<Job>;
  /** The ids of jobs that stand elsewhere on the page. */
  without: (string | null)[];
  running: boolean;
  titled: boolean;
}

function JobList({ side, pages, without, running, titled }: JobListProps) {
  const isHere = (job: Job) => isRunning(job) === running && !without.includes(job.id);
  return (
    <>
      {titled && <h3>{t(side === "buyer" ? "deals.i_posted" : "deals.i_do")}</h3>}
      <Loaded query={pages} isEmpty={(jobs) => !jobs.some(isHere)} empty={<None />}>
        {(jobs) => (
          <ul class="list">
            {jobs.filter(isHere).map((job) => (
              <li key={job.id}>
                <OwnJob job={job} side={side} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}

function None() {
  return <p class="soft">{t("deals.none_here")}</p>;
}

function OwnJob({ job, side }: { job: Job; side: Side }) {
  const deal = dealOf({ job, side, now: now() });
  const other = side === "buyer" ? job.workerName : job.buyerName;
  return (
    <a class="card" href={`/deals/${job.id}`}>
      <h3>{job.title}</h3>
      <p class="row">
        <Badge icon={deal.name.icon} tone={deal.name.tone}>
          {deal.name.text}
        </Badge>
        {!deal.shared && <span class="amount">{money(job.agreedCents ?? job.budgetCents)}</span>}
        {other && <span>{other}</span>}
      </p>
      {deal.shared && <p class="small">{deal.sentence}</p>}
      {deal.deadline && <p class="small">{deal.deadline}</p>}
    </a>
  );
}

function NoJobs() {
  return (
    <Empty text={t("deals.no_jobs")}>
      <LinkButton href="/post">{t("deal.act.post_again")}</LinkButton>
      <LinkButton kind="secondary" href="/jobs">
        {t("deals.find_work")}
      </LinkButton>
    </Empty>
  );
}
