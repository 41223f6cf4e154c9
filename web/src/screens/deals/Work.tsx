/** The handed-in work: note and photos; and why it was sent back. */
import type { PartyJob } from "../../api/deals";
import { Photo } from "../../offline/Photo";
import { Note } from "../../ui/Note";
import { t } from "../../words/words";

export function Work({ job }: { job: PartyJob }) {
  const sentBack = job.submission ? undefined : job.changes.at(-1);
  return (
    <>
      {sentBack && job.status === "in_progress" && (
        <Note kind="info" title={t("deals.why_sent_back")}>
          <p class="text">{sentBack.reason}</p>
        </Note>
      )}
      {job.submission && (
        <section>
          <h2>{t("deals.work")}</h2>
          {job.submission.note && <p class="text">{job.submission.note}</p>}
          <div class="photos">
            {job.submission.photos.map((photo, index) => (
              <Photo
                key={photo.url ?? index}
                picture={photo}
                alt={t("photos.number", { number: index + 1 })}
                width={160}
              />
            ))}
          </div>
        </section>
      )}
    </>
  );
}
