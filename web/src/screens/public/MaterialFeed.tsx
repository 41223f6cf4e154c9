/** Materials for sale, newest first, by kind, place and words. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { type Page as PageOf, usePages } from "../../api/query";
import { MATERIAL_CATEGORIES } from "../../cards/CategoryPicture";
import { MaterialCard } from "../../cards/MaterialCard";
import { Loaded } from "../../forms/Loaded";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";
import { address, FeedLinks, known, Search, Tiles, Widen } from "./search";

type Card = Schemas["ListingCard"];

export default function MaterialFeed() {
  const { query } = useLocation();
  const category = known(query.category, MATERIAL_CATEGORIES);
  const filter = { category, location: query.location ?? "", q: query.q ?? "" };
  const listings = usePages<Card>(
    address("listings", filter),
    async (cursor) => {
      const answer = await ask(
        api.GET("/listings", {
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
    <Page title={t("public.materials.title")}>
      <FeedLinks />
      <Tiles
        path="/materials"
        filter={filter}
        name="category"
        label={t("public.materials.kind")}
        all={t("public.materials.all_kinds")}
        tiles={MATERIAL_CATEGORIES.map((one) => ({ value: one, label: t(`material.${one}`), icon: one }))}
      />
      <Search path="/materials" filter={filter} words />
      <h2 class="visually-hidden">{t("public.search.found")}</h2>
      <Loaded
        query={listings}
        empty={<Widen path="/materials" filter={filter} none={t("public.materials.none")} />}
      >
        {(items) => (
          <>
            <ul class="list">
              {items.map((listing) => (
                <li key={listing.id}>
                  <MaterialCard listing={listing} />
                </li>
              ))}
            </ul>
            <ShowMore
              more={listings.hasMore.value}
              busy={listings.loading.value}
              onMore={() => void listings.more()}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
