/** What both sides brought forward, side by side on a wide screen. */
import type { Schemas } from "../../api/client";
import { Photo } from "../../offline/Photo";
import { moment } from "../../words/format";
import { t } from "../../words/words";

interface EvidenceProps {
  escrow: Schemas["EscrowView"];
  job: Schemas["PartyJobView"];
}

export function Evidence({ escrow, job }: EvidenceProps) {
  const names = { buyer: job.buyerName, worker: job.workerName ?? "" };
  return (
    <div class="sides">
      {(["buyer", "worker"] as const).map((side) => (
        <section key={side} class="card">
          <h3>
            {t(`admin.${side}`)}: {names[side]}
          </h3>
          {side === "worker" && job.submission && (
            <>
              <p class="text">{job.submission.note}</p>
              <Photos photos={job.submission.photos} />
              <p class="soft">{t("admin.handed_in", { when: moment(job.submission.submittedAt) })}</p>
            </>
          )}
          {escrow.dispute?.evidence
            .filter((one) => one.by === side)
            .map((one) => (
              <div key={one.at}>
                <p class="text">{one.text}</p>
                <Photos photos={one.photos} />
                <p class="soft">{moment(one.at)}</p>
              </div>
            ))}
        </section>
      ))}
    </div>
  );
}

function Photos({ photos }: { photos: Schemas["Picture"][] }) {
  return (
    <div class="photos">
      {photos.map((picture, index) => (
        <Photo
          key={picture.url ?? index}
          picture={picture}
          alt={t("photos.number", { number: index + 1 })}
          width={200}
        />
      ))}
    </div>
  );
}
