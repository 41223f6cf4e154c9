/** One person: who they are, why one may trust them, what others say. */
import type { ComponentChildren } from "preact";
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { PersonLine, tradeWords } from "../../cards/PersonLine";
import { PlaceLink } from "../../cards/PlaceLink";
import { ShareButton } from "../../cards/ShareButton";
import { Loaded } from "../../forms/Loaded";
import { person } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { day } from "../../words/format";
import { t } from "../../words/words";
import { Reputation } from "./Reputation";
import { Reviews } from "./Reviews";

type Profile = Schemas["ProfileView"];

export default function PersonPage({ id }: { id: string }) {
  const profile = useQuery(
    `profiles/${id}`,
    () => ask(api.GET("/profiles/{userId}", { params: { path: { userId: id } } })),
    "public",
  );
  return (
    <Page title={profile.data.value?.displayName ?? t("public.person.title")} back="/workers">
      <Loaded query={profile}>
        {(value) => (
          <>
            <About profile={value} />
            <Reputation id={id} profile={value} />
            <Reviews id={id} />
            <ShareButton kind="people" id={id} text={t("public.person.share", { name: value.displayName })} />
            {id !== person.value?.userId && (
              <p>
                <a class="tap" href={`/report/profile/${id}`}>
                  {t("public.report.person")}
                </a>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function About({ profile }: { profile: Profile }) {
  const facts: [string, ComponentChildren][] = [];
  if (profile.location)
    facts.push([t("public.person.place"), <PlaceLink key="place" place={profile.location} />]);
  if (profile.trades.length)
    facts.push([t("public.person.trades"), profile.trades.map(tradeWords).join(", ")]);
  if (profile.yearsExperience !== null)
    facts.push([t("public.person.experience"), t("card.years", { n: profile.yearsExperience })]);
  if (profile.roles.includes("worker"))
    facts.push([t("public.person.availability"), t(`availability.${profile.availability}`)]);
  facts.push([t("public.person.done"), t("card.jobs_done", { n: profile.completedJobs })]);
  if (profile.createdAt) facts.push([t("public.person.since"), day(profile.createdAt)]);
  return (
    <>
      <PersonLine
        large
        name={profile.displayName}
        photoUrl={profile.photoUrl}
        verified={profile.verified}
        rating={profile.rating}
        badges={profile.badges}
      />
      <p>
        {profile.roles
          .filter((one) => one !== "admin")
          .map((one) => t(`role.${one}`))
          .join(", ")}
      </p>
      {profile.userId === person.value?.userId && (
        <Note kind="info" title={t("public.person.yours")}>
          <LinkButton href="/me">{t("public.person.to_own")}</LinkButton>
        </Note>
      )}
      {profile.bio && <p class="text">{profile.bio}</p>}
      <Facts facts={facts} />
      {profile.certifications.length > 0 && (
        <>
          <h2>{t("public.person.certificates")}</h2>
          <ul>
            {profile.certifications.map((one) => (
              <li key={one.title}>{one.title}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
