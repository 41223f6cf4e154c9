/** The four ways through the app, with what waits on them. */
import { t, type Word } from "../words/words";
import { Icon, type IconName } from "./Icon";

interface BottomBarProps {
  path: string;
  open: number;
  unread: number;
  signedIn: boolean;
}

const AREAS: { href: string; word: Word; icon: IconName; starts: RegExp }[] = [
  {
    href: "/jobs",
    word: "bar.find",
    icon: "find",
    starts: /^\/(jobs|workers|people|materials|stories|leaderboard)/,
  },
  { href: "/deals", word: "bar.work", icon: "work", starts: /^\/(deals|post)/ },
  { href: "/inbox", word: "bar.inbox", icon: "inbox", starts: /^\/(inbox|outbox)/ },
  { href: "/me", word: "bar.me", icon: "person", starts: /^\/me/ },
];

export function BottomBar({ path, open, unread, signedIn }: BottomBarProps) {
  const counts: Record<string, number> = { "/deals": open, "/inbox": unread };
  return (
    <nav class="bottom" aria-label={t("bar.label")}>
      {AREAS.map(({ href, word, icon, starts }) => (
        <a key={href} href={href} aria-current={starts.test(path) ? "page" : undefined}>
          <Icon name={icon} />
          <span>{href === "/me" && !signedIn ? t("sign_in") : t(word)}</span>
          {counts[href] ? (
            <span class="count">
              {shortCount(counts[href])}
              <span class="visually-hidden">{t("bar.waiting")}</span>
            </span>
          ) : null}
        </a>
      ))}
    </nav>
  );
}

/** Returns a count that fits beside its icon. */
function shortCount(count: number): string {
  return count > 99 ? "99+" : String(count);
}
