/** Open jobs, newest first, by kind of work, place and words. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { type Page as PageOf, usePages } from "../../api/query";
import { JOB_CATEGORIES } from "../../cards/CategoryPicture";
import { JobCard } from "../../cards/JobCard";
import { Loaded } from "../../forms/Loaded";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";
import { address, FeedLinks, known, Search, Tiles, Widen } from "./search";

type Card = Schemas["JobCard"];

export default function JobFeed() {
  const { query } = useLocation();
  const category = known(query.category, JOB_CATEGORIES);
  const filter = { category, location: query.location ?? "", q: query.q ?? "" };
  const jobs = usePages<Card>(
    address("jobs", filter),
    async (cursor) => {
      const answer = await ask(
        api.GET("/jobs", {
          params: {
            query: {
              view: "card",
              ...(category ? { category } : {}),
              ...(filter.location ? { location: filter.location } : {}),
              ...(filter.q ? { q: filter.q } : {}),
              ...(cursor ? { cursor } : {}),
            },
          },
        }),
      );
      return answer as PageOf<Card>;
    },
    "public",
  );
  return (
    <Page title={t("public.jobs.title")}>
      <FeedLinks />
      <Tiles
        path="/jobs"
        filter={filter}
        name="category"
        label={t("public.jobs.kind")}
        all={t("public.jobs.all_kinds")}
        tiles={JOB_CATEGORIES.map((one) => ({ value: one, label: t(`category.${one}`), icon: one }))}
      />
      <Search path="/jobs" filter={filter} words />
      <h2 class="visually-hidden">{t("public.search.found")}</h2>
      <Loaded query={jobs} empty={<Widen path="/jobs" filter={filter} none={t("public.jobs.none")} />}>
        {(items) => (
          <>
            <ul class="list">
              {items.map((job) => (
                <li key={job.id}>
                  <JobCard job={job} />
                </li>
              ))}
            </ul>
            <ShowMore more={jobs.hasMore.value} busy={jobs.loading.value} onMore={() => void jobs.more()} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
