/** People by role, trade and place, the best trust first. */
import { useLocation } from "preact-iso";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { JOB_CATEGORIES } from "../../cards/CategoryPicture";
import { PersonLine, tradeWords } from "../../cards/PersonLine";
import { Loaded } from "../../forms/Loaded";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";
import { address, FeedLinks, known, Search, Tiles, Widen } from "./search";

type Profile = Schemas["ProfileView"];

const ROLES = ["worker", "seller", "buyer"] as const;

export default function WorkerDirectory() {
  const { query } = useLocation();
  const role = known(query.role, ROLES) || "worker";
  const filter = { trade: query.trade ?? "", location: query.location ?? "" };
  const kept = role === "worker" ? filter : { ...filter, role };
  const people = usePages<Profile>(
    address("profiles", { ...filter, role }),
    (cursor) =>
      ask(
        api.GET("/profiles", {
          params: {
            query: {
              role,
              ...(filter.trade ? { trade: filter.trade } : {}),
              ...(filter.location ? { location: filter.location } : {}),
              ...(cursor ? { cursor } : {}),
            },
          },
        }),
      ),
    "public",
  );
  return (
    <Page title={t(`public.people.title_${role}`)}>
      <FeedLinks />
      <Tiles
        path="/workers"
        filter={{ location: filter.location, role: role === "worker" ? "" : role }}
        name="role"
        label={t("public.people.role")}
        all={t("public.people.role_worker")}
        tiles={(["seller", "buyer"] as const).map((one) => ({
          value: one,
          label: t(`public.people.role_${one}`),
        }))}
      />
      {role === "worker" && (
        <Tiles
          path="/workers"
          filter={kept}
          name="trade"
          label={t("public.people.trade")}
          all={t("public.people.all_trades")}
          tiles={JOB_CATEGORIES.filter((one) => one !== "other").map((one) => ({
            value: one,
            label: t(`category.${one}`),
            icon: one,
          }))}
        />
      )}
      <Search path="/workers" filter={kept} />
      <h2 class="visually-hidden">{t("public.search.found")}</h2>
      <Loaded query={people} empty={<Widen path="/workers" filter={kept} none={t("public.people.none")} />}>
        {(items) => (
          <>
            <ul class="list">
              {items.map((one) => (
                <li key={one.userId}>
                  <PersonCard profile={one} />
                </li>
              ))}
            </ul>
            <ShowMore
              more={people.hasMore.value}
              busy={people.loading.value}
              onMore={() => void people.more()}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function PersonCard({ profile }: { profile: Profile }) {
  return (
    <article class="card">
      <PersonLine
        id={profile.userId}
        name={profile.displayName}
        photoUrl={profile.photoUrl}
        verified={profile.verified}
        rating={profile.rating}
        trustScore={profile.trustScore}
        badges={profile.badges}
      />
      {profile.trades.length > 0 && <p>{profile.trades.map(tradeWords).join(", ")}</p>}
      <p class="row small soft">
        {profile.location && (
          <span>
            <Icon name="place" />
            {profile.location}
          </span>
        )}
        <span>{t(`availability.${profile.availability}`)}</span>
        <span>{t("card.jobs_done", { n: profile.completedJobs })}</span>
      </p>
    </article>
  );
}
