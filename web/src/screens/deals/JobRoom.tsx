/** The room of one job: what is to be done now, whom to call, the money, the work, and what happened so far. */
import { now } from "../../api/clock";
import { type Escrow, isPartyJob, type Job, type PartyJob, useEscrow, useJob } from "../../api/deals";
import type { Query } from "../../api/query";
import { PersonLine } from "../../cards/PersonLine";
import { PlaceLink } from "../../cards/PlaceLink";
import { dealOf } from "../../deal/deal";
import { type Side, sideOf } from "../../deal/stages";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { Photo } from "../../offline/Photo";
import { person } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { day, moment } from "../../words/format";
import { t } from "../../words/words";
import { Contact } from "./Contact";
import { Money } from "./Money";
import { Papers } from "./Papers";
import { timelineOf } from "./timeline";
import { WhatNow } from "./WhatNow";
import { WhyKhayaDecided } from "./WhyKhayaDecided";
import { Work } from "./Work";

export default function JobRoom({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <Page title={job.data.value?.title ?? t("deals.room")} back="/deals">
      <Loaded query={job}>{(found) => <Opened found={found} query={job} />}</Loaded>
    </Page>
  );
}

function Opened({ found, query }: { found: Job; query: Query<Job> }) {
  const side = isPartyJob(found) ? sideOf(found, person.value?.userId) : null;
  if (!isPartyJob(found) || !side)
    return (
      <Note kind="info">
        <p>{t("deals.not_yours")}</p>
        <LinkButton href={`/jobs/${found.id}`}>{t("deals.see_job")}</LinkButton>
      </Note>
    );
  return found.escrow ? (
    <RoomWithEscrow job={found} side={side} query={query} />
  ) : (
    <Room job={found} side={side} onChanged={() => void query.reload()} />
  );
}

function RoomWithEscrow({ job, side, query }: { job: PartyJob; side: Side; query: Query<Job> }) {
  const escrow = useEscrow(job.id);
  return (
    <>
      {escrow.data.value === undefined && <FailureNote failure={escrow.failure.value} />}
      <Room
        job={job}
        side={side}
        escrow={escrow.data.value}
        onChanged={() => {
          void query.reload();
          void escrow.reload();
        }}
      />
    </>
  );
}

interface RoomProps {
  job: PartyJob;
  side: Side;
  escrow?: Escrow | undefined;
  onChanged: () => void;
}

function Room({ job, side, escrow, onChanged }: RoomProps) {
  const deal = dealOf({ job, side, now: now(), escrow });
  return (
    <>
      <WhatNow job={job} deal={deal} onChanged={onChanged}>
        <WhyKhayaDecided job={job} escrow={escrow} />
      </WhatNow>
      <Work job={job} />
      {job.contact && <Contact contact={job.contact} />}
      {job.payment === "escrow" && job.status === "in_progress" && !job.contact && (
        <p>{t("deals.contact_later")}</p>
      )}
      <Money job={job} side={side} escrow={escrow} />
      {escrow && <Papers id={job.id} side={side} />}
      <AboutJob job={job} side={side} />
      <h2>{t("deals.timeline")}</h2>
      <ol class="timeline">
        {timelineOf(job, side, escrow).map((one) => (
          <li key={one.at + one.text}>
            {one.text}
            <br />
            <small class="soft">{moment(one.at)}</small>
            {one.note && <p class="text">{one.note}</p>}
          </li>
        ))}
      </ol>
    </>
  );
}

function AboutJob({ job, side }: { job: PartyJob; side: Side }) {
  return (
    <details>
      <summary>{t("deals.about_job")}</summary>
      {side === "worker" && (
        <PersonLine
          id={job.buyerId}
          name={job.buyerName}
          verified={job.buyer?.verified}
          rating={job.buyer?.rating}
        />
      )}
      {side === "buyer" && job.workerId && <PersonLine id={job.workerId} name={job.workerName ?? ""} />}
      <p class="text">{job.description}</p>
      <Facts
        facts={[
          [t("deals.category"), t(`category.${job.category}`)],
          [t("place.label"), <PlaceLink key="place" place={job.location} coordinates={job.coordinates} />],
          [t("deals.begin"), job.startDate ? day(job.startDate) : t("public.job.start_open")],
        ]}
      />
      <div class="photos">
        {job.photos.map((photo, index) => (
          <Photo
            key={photo.url ?? index}
            picture={photo}
            alt={t("photos.number", { number: index + 1 })}
            width={160}
          />
        ))}
      </div>
    </details>
  );
}
