/** One listing of a list: what, for how much, how many there are, where. */
import type { Schemas } from "../api/client";
import { Photo } from "../offline/Photo";
import { Icon } from "../ui/Icon";
import { money } from "../words/format";
import { isWord, t } from "../words/words";
import { CategoryPicture } from "./CategoryPicture";

type Listing = Pick<
  Schemas["ListingCard"],
  "id" | "title" | "category" | "priceCents" | "unit" | "stock" | "location" | "photos" | "sellerName"
>;

export function MaterialCard({
  listing,
  href = `/materials/${listing.id}`,
}: {
  listing: Listing;
  href?: string;
}) {
  const photo = listing.photos[0];
  return (
    <article class="card">
      <div class="row top-row">
        {photo?.url ? (
          <Photo picture={photo} alt="" width={88} />
        ) : (
          <CategoryPicture category={listing.category} />
        )}
        <div class="grow">
          <h3>
            <a class="cover" href={href}>
              {listing.title}
            </a>
          </h3>
          <p class="amount">{priceWords(listing.priceCents, listing.unit)}</p>
        </div>
      </div>
      <p class="row small">
        <span>
          <Icon name="place" />
          {listing.location}
        </span>
        <span>{t("card.in_stock", { n: listing.stock })}</span>
        <span class="soft">{listing.sellerName}</span>
      </p>
    </article>
  );
}

/** Returns a price with its unit, as "R119 per bag". */
export function priceWords(cents: number, unit: string): string {
  return t("card.price", { price: money(cents), unit: unitWords(unit) });
}

/** The units that have words in both languages; sellers may type others. */
export const UNITS = [
  "each",
  "bag",
  "brick",
  "bucket",
  "sheet",
  "length",
  "metre",
  "square metre",
  "cubic metre",
  "kilogram",
  "litre",
  "load",
  "pallet",
  "box",
  "roll",
  "lot",
];

/** Returns a unit in the person's language, and one that a seller typed as it is. */
export function unitWords(unit: string): string {
  const name = `unit.${unit.trim().toLowerCase().replace(/\s+/g, "_")}`;
  return isWord(name) ? t(name) : unit;
}
