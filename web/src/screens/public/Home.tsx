/** The start: two large choices, the newest jobs, and what people tell. */

import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { JobCard } from "../../cards/JobCard";
import { StoryCard } from "../../cards/StoryCard";
import { Loaded } from "../../forms/Loaded";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";

export default function Home() {
  const { query } = useLocation();
  const jobs = useQuery(
    "jobs?newest",
    async () => {
      const answer = await ask(api.GET("/jobs", { params: { query: { limit: 5, view: "card" } } }));
      return answer.items as Schemas["JobCard"][];
    },
    "public",
  );
  const stories = useQuery(
    "stories?featured",
    async () => {
      const answer = await ask(
        api.GET("/stories/featured", { params: { query: { limit: 3, view: "card" } } }),
      );
      return answer.items as Schemas["StoryCard"][];
    },
    "public",
  );
  return (
    <Page title={t("public.home.title")}>
      {query.deleted && <Note kind="done">{t("public.home.deleted")}</Note>}
      <nav class="choices big" aria-label={t("public.home.choices")}>
        <a class="choice" href="/post">
          <Icon name="work" />
          {t("public.home.need_work")}
        </a>
        <a class="choice" href="/jobs">
          <Icon name="find" />
          {t("public.home.look_for_work")}
        </a>
      </nav>
      <nav class="choices tiles" aria-label={t("public.home.more")}>
        <a class="choice" href="/workers">
          <Icon name="person" />
          {t("public.feed.workers")}
        </a>
        <a class="choice" href="/materials">
          <Icon name="bricks" />
          {t("public.feed.materials")}
        </a>
      </nav>
      <h2>{t("public.home.newest")}</h2>
      <Loaded query={jobs} empty={<Empty text={t("public.jobs.none")} />}>
        {(items) => (
          <ul class="list">
            {items.map((job) => (
              <li key={job.id}>
                <JobCard job={job} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <p>
        <a class="tap" href="/jobs">
          {t("public.home.all_jobs")}
        </a>
      </p>
      {stories.data.value?.length ? (
        <>
          <h2>{t("public.home.stories")}</h2>
          <ul class="list">
            {stories.data.value.map((story) => (
              <li key={story.id}>
                <StoryCard story={story} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <p class="row">
        <a class="tap" href="/stories">
          {t("public.home.all_stories")}
        </a>
        <a class="tap" href="/leaderboard">
          {t("public.leaders.title")}
        </a>
        <a class="tap" href="/help">
          {t("public.home.how")}
        </a>
      </p>
    </Page>
  );
}
