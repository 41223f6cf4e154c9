/** Why one may trust a person: the parts of the score, and the work that they did. */
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { trustWords } from "../../cards/PersonLine";
import { Loaded } from "../../forms/Loaded";
import { Facts } from "../../ui/Facts";
import { Stars, StarsGiven } from "../../ui/Stars";
import { day } from "../../words/format";
import { t } from "../../words/words";

type Resume = Schemas["ResumeView"];
type Part = keyof Resume["trustBreakdown"];
type SubRating = keyof Resume["subRatings"];

/** The parts of the score, and the most points that each can give. */
export const TRUST_PARTS: [Part, number][] = [
  ["verified", 20],
  ["jobs", 30],
  ["reviews", 25],
  ["onTime", 15],
  ["response", 10],
];
const SUB_RATINGS: SubRating[] = ["workmanship", "punctuality", "communication", "cleanliness", "fairPrice"];

export function Reputation({ id, profile }: { id: string; profile: Schemas["ProfileView"] }) {
  const resume = useQuery(
    `profiles/${id}/resume`,
    () => ask(api.GET("/profiles/{userId}/resume", { params: { path: { userId: id } } })),
    "public",
  );
  return (
    <section>
      <h2>{t("public.person.trust")}</h2>
      <p>{trustWords(profile.trustScore)}</p>
      <Loaded query={resume}>
        {(value) => (
          <>
            <details>
              <summary>{t("public.person.trust_parts")}</summary>
              <Facts
                facts={TRUST_PARTS.map(([part, most]) => [
                  t(`trust_part.${part}`),
                  t("public.person.points", { points: Math.round(value.trustBreakdown[part]), most }),
                ])}
              />
            </details>
            <SubRatings means={value.subRatings} />
            <WorkDone jobs={value.jobs} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function SubRatings({ means }: { means: Resume["subRatings"] }) {
  const given = SUB_RATINGS.filter((one) => means[one].count > 0);
  if (!given.length) return null;
  return (
    <Facts
      facts={given.map((one) => [
        t(`sub_rating.${one}`),
        <Stars key={one} average={means[one].average} count={means[one].count} />,
      ])}
    />
  );
}

function WorkDone({ jobs }: { jobs: Resume["jobs"] }) {
  if (!jobs.length) return null;
  return (
    <>
      <h2>{t("public.person.work_done")}</h2>
      <ul class="list">
        {jobs.map((job) => (
          <li key={job.jobId} class="card">
            <h3>{job.title}</h3>
            <p class="row small soft">
              <span>{t(`category.${job.category}`)}</span>
              <span>{job.location}</span>
              <span>{day(job.completedAt)}</span>
            </p>
            {job.rating !== null && <StarsGiven stars={job.rating} />}
          </li>
        ))}
      </ul>
    </>
  );
}
