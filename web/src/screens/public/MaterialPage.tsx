/** One listing: what is sold, by whom, and the sheet by which one asks the seller. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { CategoryPicture } from "../../cards/CategoryPicture";
import { priceWords } from "../../cards/MaterialCard";
import { PersonLine } from "../../cards/PersonLine";
import { PlaceLink } from "../../cards/PlaceLink";
import { ShareButton } from "../../cards/ShareButton";
import { Loaded } from "../../forms/Loaded";
import { Photo } from "../../offline/Photo";
import { person, signedIn } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { day } from "../../words/format";
import { t } from "../../words/words";
import { EnquirySheet } from "./EnquirySheet";

export type Listing = Schemas["ListingView"] | Schemas["OwnListingView"];

export default function MaterialPage({ id }: { id: string }) {
  const { query, route } = useLocation();
  const listing = useQuery<Listing>(
    `listings/${id}`,
    () => ask(api.GET("/listings/{listingId}", { params: { path: { listingId: id } } })),
    signedIn.value ? "private" : "public", // its seller sees more, which stays in the own database
  );
  const value = listing.data.value;
  const asks = query.ask === "1" && signedIn.value && value && value.sellerId !== person.value?.userId;
  return (
    <Page title={value?.title ?? t("public.material.title")} back="/materials">
      <Loaded query={listing}>{(one) => <Content listing={one} />}</Loaded>
      {asks && <EnquirySheet listing={value} onClose={() => route(`/materials/${id}`, true)} />}
    </Page>
  );
}

function Content({ listing }: { listing: Listing }) {
  const own = listing.sellerId === person.value?.userId;
  return (
    <>
      <p class="row">
        <CategoryPicture category={listing.category} />
        <span>{t(`material.${listing.category}`)}</span>
        <span class="amount large">{priceWords(listing.priceCents, listing.unit)}</span>
      </p>
      {own ? <Own listing={listing} /> : <Ask listing={listing} />}
      <Facts
        facts={[
          [t("public.material.stock"), t("card.in_stock", { n: listing.stock })],
          [t("public.material.place"), <PlaceLink key="place" place={listing.location} />],
          [t("public.material.since"), day(listing.createdAt)],
        ]}
      />
      <h2>{t("public.material.description")}</h2>
      <p class="text">{listing.description}</p>
      {listing.photos.length > 0 && (
        <div class="photos">
          {listing.photos.map((photo, index) => (
            <Photo
              key={photo.url ?? index}
              picture={photo}
              alt={t("photos.number", { number: index + 1 })}
              width={320}
            />
          ))}
        </div>
      )}
      <h2>{t("public.material.seller")}</h2>
      <Seller listing={listing} />
      <ShareButton
        kind="materials"
        id={listing.id}
        text={t("public.material.share", {
          title: listing.title,
          price: priceWords(listing.priceCents, listing.unit),
        })}
      />
      {!own && (
        <p>
          <a class="tap" href={`/report/listing/${listing.id}`}>
            {t("public.report.material")}
          </a>
        </p>
      )}
    </>
  );
}

function Own({ listing }: { listing: Listing }) {
  return (
    <Note kind="info" title={t("public.material.yours")}>
      <p>{t(`listing_status.${listing.status}`)}</p>
      <LinkButton href={`/me/materials/${listing.id}`}>{t("public.material.edit")}</LinkButton>
    </Note>
  );
}

function Ask({ listing }: { listing: Listing }) {
  if (listing.status !== "active")
    return (
      <Note kind="info" title={t("public.material.closed")}>
        <LinkButton kind="secondary" href="/materials">
          {t("public.material.others")}
        </LinkButton>
      </Note>
    );
  const sheet = `/materials/${listing.id}?ask=1`;
  return (
    <LinkButton href={signedIn.value ? sheet : `/sign-in?then=${encodeURIComponent(sheet)}`}>
      {t("public.material.ask")}
    </LinkButton>
  );
}

function Seller({ listing }: { listing: Listing }) {
  const profile = useQuery(
    `profiles/${listing.sellerId}`,
    () => ask(api.GET("/profiles/{userId}", { params: { path: { userId: listing.sellerId } } })),
    "public",
  );
  const known = profile.data.value;
  return (
    <>
      <PersonLine
        id={listing.sellerId}
        name={known?.displayName ?? listing.sellerName}
        photoUrl={known?.photoUrl}
        verified={known?.verified}
        rating={known?.rating}
        trustScore={known?.trustScore}
        badges={known?.badges}
      />
      {known?.bio && <p class="text">{known.bio}</p>}
      {known?.createdAt && (
        <p class="small soft">{t("public.material.seller_since", { when: day(known.createdAt) })}</p>
      )}
    </>
  );
}
