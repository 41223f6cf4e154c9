/** Stories that people tell of their work, by type. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { type Page as PageOf, usePages } from "../../api/query";
import { StoryCard } from "../../cards/StoryCard";
import { Loaded } from "../../forms/Loaded";
import { LinkButton } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";
import { address, FeedLinks, known, Tiles, Widen } from "./search";

type Card = Schemas["StoryCard"];

const TYPES = ["success", "testimonial", "tip", "experience"] as const;

export default function StoryFeed() {
  const { query } = useLocation();
  const type = known(query.type, TYPES);
  const filter = { type };
  const stories = usePages<Card>(
    address("stories", filter),
    async (cursor) => {
      const answer = await ask(
        api.GET("/stories", {
          params: {
            query: { view: "card", ...(type ? { type } : {}), ...(cursor ? { cursor } : {}) },
          },
        }),
      );
      return answer as PageOf<Card>;
    },
    "public",
  );
  return (
    <Page title={t("public.stories.title")}>
      <FeedLinks />
      <Tiles
        path="/stories"
        filter={filter}
        name="type"
        label={t("public.stories.type")}
        all={t("public.stories.all_types")}
        tiles={TYPES.map((one) => ({ value: one, label: t(`story_type.${one}`) }))}
      />
      <h2 class="visually-hidden">{t("public.search.found")}</h2>
      <Loaded
        query={stories}
        empty={<Widen path="/stories" filter={filter} none={t("public.stories.none")} />}
      >
        {(items) => (
          <>
            <ul class="list">
              {items.map((story) => (
                <li key={story.id}>
                  <StoryCard story={story} />
                </li>
              ))}
            </ul>
            <ShowMore
              more={stories.hasMore.value}
              busy={stories.loading.value}
              onMore={() => void stories.more()}
            />
          </>
        )}
      </Loaded>
      <LinkButton kind="secondary" href="/me/stories/new">
        {t("public.stories.tell")}
      </LinkButton>
    </Page>
  );
}
