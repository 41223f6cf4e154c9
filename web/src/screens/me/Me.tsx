/** The own page: who one is here, what is missing, and the ways to all that is one's own. */
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { has } from "../../session/person";
import { Badge } from "../../ui/Badge";
import { LinkButton } from "../../ui/Button";
import { Icon, type IconName } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { Stars } from "../../ui/Stars";
import { t, type Word } from "../../words/words";

type Profile = Schemas["OwnProfileView"];

interface Way {
  href: string;
  word: Word;
  icon: IconName;
  role?: "worker" | "seller" | "buyer" | "admin";
}

const WAYS: Way[] = [
  { href: "/admin", word: "me.admin", icon: "list", role: "admin" },
  { href: "/me/bids", word: "me.bids", icon: "work", role: "worker" },
  { href: "/me/earnings", word: "me.earnings", icon: "money", role: "worker" },
  { href: "/me/payout-account", word: "me.payout_account", icon: "money", role: "worker" },
  { href: "/me/payments", word: "me.payments", icon: "money", role: "buyer" },
  { href: "/me/materials", word: "me.materials", icon: "bricks", role: "seller" },
  { href: "/me/enquiries", word: "me.enquiries", icon: "message" },
  { href: "/me/credits", word: "me.credits", icon: "money" },
  { href: "/me/invitation", word: "me.invitation", icon: "share" },
  { href: "/me/stories", word: "me.stories", icon: "photo" },
  { href: "/me/reminders", word: "me.reminders", icon: "clock" },
  { href: "/me/settings", word: "me.settings", icon: "settings" },
];

export default function Me() {
  const profile = useQuery("profiles/me", () => ask(api.GET("/profiles/me")), "private");
  return (
    <Page title={t("bar.me")}>
      <Loaded query={profile}>{(found) => <Own profile={found} />}</Loaded>
      <nav aria-label={t("me.ways")}>
        <ul class="list">
          {WAYS.filter((way) => !way.role || has(way.role)).map((way) => (
            <li key={way.href}>
              <a class="choice" href={way.href}>
                <Icon name={way.icon} />
                <span>{t(way.word)}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </Page>
  );
}

function Own({ profile }: { profile: Profile }) {
  const missing = nextMissing(profile);
  return (
    <section class="card">
      <div class="row">
        {profile.photoUrl && <img class="photo" src={profile.photoUrl} alt="" width="72" height="72" />}
        <div class="grow">
          <h2>{profile.displayName || t("me.no_name")}</h2>
          <Stars average={profile.rating.average} count={profile.rating.count} />
          {profile.verified && (
            <Badge icon="verified" tone="good">
              {t("me.verified")}
            </Badge>
          )}
        </div>
      </div>
      <label for="completion">{t("me.completion", { percent: profile.completion })}</label>
      <progress id="completion" max={100} value={profile.completion} />
      {missing && (
        <LinkButton kind="secondary" href={missing.href}>
          {t(missing.word)}
        </LinkButton>
      )}
      <LinkButton kind="plain" href="/me/edit">
        {t("me.edit")}
      </LinkButton>
      <LinkButton kind="plain" href={`/people/${profile.userId}`}>
        {t("me.as_others")}
      </LinkButton>
    </section>
  );
}

/** Returns what to add next, the easiest first; null where nothing is missing. */
export function nextMissing(profile: Profile): { href: string; word: Word } | null {
  if (!profile.displayName.trim()) return { href: "/me/edit#displayName", word: "me.add_name" };
  if (!profile.location) return { href: "/me/edit#location", word: "me.add_place" };
  if (profile.roles.includes("worker") && !profile.trades.length)
    return { href: "/me/edit#trades", word: "me.add_trade" };
  if (!profile.photoUrl) return { href: "/me/edit#photoUrl", word: "me.add_photo" };
  if (!profile.bio) return { href: "/me/edit#bio", word: "me.add_bio" };
  if (!profile.email) return { href: "/me/settings/contacts", word: "me.add_email" };
  if (!profile.phone) return { href: "/me/settings/contacts", word: "me.add_phone" };
  if (!profile.verified) return { href: "/me/verification", word: "me.add_verification" };
  return null;
}
