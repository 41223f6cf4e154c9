/** A person in one place of a card or page: photo, name, checked or not, rating, trust and badges. */
import type { Schemas } from "../api/client";
import { dataSaver } from "../offline/dataSaver";
import { Photo } from "../offline/Photo";
import { Badge } from "../ui/Badge";
import { Icon, type IconName } from "../ui/Icon";
import { Stars } from "../ui/Stars";
import { isWord, t } from "../words/words";

export type BadgeCode = Schemas["ProfileView"]["badges"][number];

interface PersonLineProps {
  /** The id, which the name links to; without it the name is text. */
  id?: string | undefined;
  name: string;
  photoUrl?: string | null | undefined;
  verified?: boolean | undefined;
  rating?: Schemas["Rating"] | undefined;
  trustScore?: number | undefined;
  badges?: BadgeCode[] | undefined;
  /** Whether it stands on the person's own page: a larger photo, which the data saver loads on a tap. */
  large?: boolean;
}

const BADGE_ICONS: Record<BadgeCode, IconName> = {
  topRated: "star",
  reliable: "clock",
  experienced: "work",
  fastResponse: "message",
  newbie: "person",
  verified: "verified",
};

export function PersonLine(props: PersonLineProps) {
  const { id, name, photoUrl, verified, rating, trustScore, badges, large = false } = props;
  return (
    <div class="row person">
      {photoUrl !== undefined && <PersonPhoto url={photoUrl} name={name} large={large} />}
      <div class="grow">
        <span class="row">
          {id ? (
            <a class="tap" href={`/people/${id}`}>
              {name}
            </a>
          ) : (
            <span>{name}</span>
          )}
          {verified && <Verified />}
        </span>
        {rating && <Stars average={rating.average} count={rating.count} />}
        {trustScore !== undefined && <p class="small">{trustWords(trustScore)}</p>}
        {badges && <Badges badges={badges} />}
      </div>
    </div>
  );
}

/** A person's photo; in lists the data saver shows a drawing in its place. */
export function PersonPhoto({ url, name, large }: { url: string | null; name: string; large: boolean }) {
  const width = large ? 96 : 56;
  if (!url || (dataSaver.value && !large))
    return (
      <span class="picture round">
        <Icon name="person" />
      </span>
    );
  return (
    <span class="face">
      <Photo
        picture={{ url, urls: null, width, height: width, state: "ready" }}
        alt={t("card.person_photo", { name })}
        width={width}
      />
    </span>
  );
}

export function Verified() {
  return (
    <Badge icon="verified" tone="good">
      {t("card.verified")}
    </Badge>
  );
}

/** The badges but "verified", which stands beside the name. */
export function Badges({ badges }: { badges: BadgeCode[] }) {
  const shown = badges.filter((one) => one !== "verified");
  if (!shown.length) return null;
  return (
    <span class="row">
      {shown.map((one) => (
        <Badge key={one} icon={BADGE_ICONS[one]}>
          {t(`badge.${one}`)}
        </Badge>
      ))}
    </span>
  );
}

/** Returns a trust score with what it means. */
export function trustWords(score: number): string {
  if (score < 20) return t("trust.low", { score });
  if (score < 50) return t("trust.building", { score });
  if (score < 75) return t("trust.good", { score });
  return t("trust.high", { score });
}

/** Returns a trade in the person's language, and one that its owner typed as it is. */
export function tradeWords(trade: string): string {
  const name = `category.${trade.trim().toLowerCase()}`;
  return isWord(name) ? t(name) : trade;
}
