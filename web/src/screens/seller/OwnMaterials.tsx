/** A seller's own materials by status, with what a moderator said, and the stock. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { priceWords } from "../../cards/MaterialCard";
import { Loaded } from "../../forms/Loaded";
import { LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";
import { ListingState } from "./ListingState";
import { Stock } from "./Stock";

type Listing = Schemas["OwnListingView"];

const STATUSES: Listing["status"][] = ["active", "pending", "rejected", "inactive"];

export default function OwnMaterials() {
  const { query } = useLocation();
  const status = STATUSES.find((one) => one === query.status);
  const listings = usePages(
    "listings/mine",
    (cursor) => ask(api.GET("/listings/mine", { params: { query: cursor ? { cursor } : {} } })),
    "private",
  );
  return (
    <Page title={t("seller.materials_title")} back="/me">
      <LinkButton href="/me/materials/new">{t("seller.new")}</LinkButton>
      <LinkButton kind="secondary" href="/me/enquiries?as=seller">
        {t("seller.enquiries")}
      </LinkButton>
      <nav class="choices chips" aria-label={t("seller.filter")}>
        {[undefined, ...STATUSES].map((one) => (
          <a
            key={one ?? "all"}
            class="choice"
            href={one ? `/me/materials?status=${one}` : "/me/materials"}
            aria-current={one === status ? "page" : undefined}
          >
            {one ? t(`listing_status.${one}`) : t("seller.all")}
          </a>
        ))}
      </nav>
      <Loaded query={listings} empty={<Empty text={t("seller.none")} />}>
        {(items) => {
          const shown = items.filter((one) => !status || one.status === status);
          if (!shown.length) return <Empty text={t("seller.none_here")} />;
          return (
            <ul class="list">
              {shown.map((one) => (
                <li key={one.id}>
                  <OwnCard listing={one} onChanged={() => void listings.reload()} />
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      <ShowMore
        more={listings.hasMore.value}
        busy={listings.loading.value}
        onMore={() => void listings.more()}
      />
    </Page>
  );
}

function OwnCard({ listing, onChanged }: { listing: Listing; onChanged: () => void }) {
  return (
    <article class="card">
      <h2>
        <a class="tap" href={`/me/materials/${listing.id}`}>
          {listing.title}
        </a>
      </h2>
      <p class="amount">{priceWords(listing.priceCents, listing.unit)}</p>
      <ListingState listing={listing} />
      <Stock listing={listing} onChanged={onChanged} />
      <LinkButton kind="secondary" href={`/me/materials/${listing.id}`}>
        {t("seller.edit")}
      </LinkButton>
    </article>
  );
}
