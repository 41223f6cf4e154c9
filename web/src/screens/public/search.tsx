/** What is searched stands in the address, so that Back, reload and sharing keep it. */
import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { PlaceField } from "../../cards/PlaceField";
import { TextField } from "../../forms/TextField";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Icon, type IconName } from "../../ui/Icon";
import { t, type Word } from "../../words/words";

export type Filter = Record<string, string>;

/** Returns an address with the filter's values that are not empty, in the order of their names. */
export function address(path: string, filter: Filter): string {
  const values = Object.entries(filter)
    .filter(([, value]) => value)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const query = new URLSearchParams(values).toString();
  return query ? `${path}?${query}` : path;
}

/** Returns one value of a query if it is among the known ones, else "". */
export function known<V extends string>(value: string | undefined, values: readonly V[]): V | "" {
  return values.find((one) => one === value) ?? "";
}

const FEEDS: { href: string; word: Word; icon: IconName }[] = [
  { href: "/jobs", word: "public.feed.jobs", icon: "work" },
  { href: "/workers", word: "public.feed.workers", icon: "person" },
  { href: "/materials", word: "public.feed.materials", icon: "bricks" },
  { href: "/stories", word: "public.feed.stories", icon: "message" },
];

/** The ways to the four public lists. */
export function FeedLinks() {
  const { path } = useLocation();
  return (
    <nav class="row feeds" aria-label={t("public.feed.label")}>
      {FEEDS.map(({ href, word, icon }) => (
        <a key={href} href={href} aria-current={path === href ? "page" : undefined}>
          <Icon name={icon} />
          {t(word)}
        </a>
      ))}
    </nav>
  );
}

interface TilesProps {
  path: string;
  filter: Filter;
  /** The name of the filter that the tiles set. */
  name: string;
  label: string;
  all: string;
  tiles: { value: string; label: string; icon?: IconName }[];
}

/** One link for each value, in a row: the first takes all, and the chosen one stands beside it. */
export function Tiles({ path, filter, name, label, all, tiles }: TilesProps) {
  const chosen = filter[name] ?? "";
  const inOrder = [...tiles].sort((a, b) => Number(b.value === chosen) - Number(a.value === chosen));
  return (
    <nav class="choices strip" aria-label={label}>
      {[{ value: "", label: all, icon: "list" as IconName }, ...inOrder].map((one) => (
        <a
          key={one.value}
          class="choice"
          href={address(path, { ...filter, [name]: one.value })}
          aria-current={one.value === chosen ? "true" : undefined}
        >
          {one.icon && <Icon name={one.icon} />}
          {one.label}
        </a>
      ))}
    </nav>
  );
}

interface SearchProps {
  path: string;
  filter: Filter;
  /** Whether words of the title can be searched too. */
  words?: boolean;
}

/** The search of a list: closed, so that what was found comes first; closed it says what is searched. */
export function Search(props: SearchProps) {
  const { filter, words = false } = props;
  const chosen = Boolean(filter.location || filter.q);
  return (
    <details class="search">
      <summary>
        <Icon name="find" />
        {chosen ? said(filter) : words ? t("public.search.open") : t("public.search.open_place")}
      </summary>
      <SearchForm key={JSON.stringify(filter)} {...props} />
    </details>
  );
}

/** Returns what is searched, for the closed search. */
function said({ location, q }: Filter): string {
  if (location && q) return t("public.search.both", { words: q, place: location });
  return location
    ? t("public.search.place", { place: location })
    : t("public.search.only_words", { words: q ?? "" });
}

function SearchForm({ path, filter, words = false }: SearchProps) {
  const { route } = useLocation();
  const place = useSignal(filter.location ?? "");
  const text = useSignal(filter.q ?? "");
  const placeError = useSignal("");
  const textError = useSignal("");
  const search = () => {
    const [location, q] = [place.value.trim(), text.value.trim()];
    placeError.value = [...location].length === 1 ? t("public.search.place_too_short") : "";
    textError.value = new Set(q.toLowerCase().split(/\s+/)).size > 3 ? t("public.search.too_many_words") : "";
    if (placeError.value || textError.value) {
      document.getElementById(placeError.value ? "location" : "q")?.focus();
      return;
    }
    route(address(path, { ...filter, location, ...(words ? { q } : {}) }));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      {words && (
        <TextField
          name="q"
          label={t("public.search.words")}
          hint={t("public.search.words_hint")}
          type="search"
          inputmode="search"
          maxLength={100}
          value={text.value}
          error={textError.value || undefined}
          onInput={(value) => {
            text.value = value;
          }}
        />
      )}
      <PlaceField
        value={place.value}
        error={placeError.value || undefined}
        onInput={(value) => {
          place.value = value;
        }}
      />
      <Button>{t("public.search.do")}</Button>
    </form>
  );
}

/** Nothing was found: the search can be made wider by one part, or be dropped. */
export function Widen({ path, filter, none }: { path: string; filter: Filter; none: string }) {
  const chosen = Object.entries(filter).filter(([, value]) => value);
  if (!chosen.length) return <Empty text={none} />;
  const without = (name: string) => address(path, { ...filter, [name]: "" });
  return (
    <Empty text={t("public.search.nothing")}>
      {chosen.length > 1 && filter.location && (
        <LinkButton href={without("location")}>{t("public.search.all_places")}</LinkButton>
      )}
      {chosen.length > 1 && filter.q && (
        <LinkButton kind="secondary" href={without("q")}>
          {t("public.search.any_words")}
        </LinkButton>
      )}
      <LinkButton kind="secondary" href={path}>
        {t("public.search.drop")}
      </LinkButton>
    </Empty>
  );
}
