/** Says that the job is posted, and what is next: sharing it, and its room. */
import type { Schemas } from "../../api/client";
import { ShareButton } from "../../cards/ShareButton";
import { StayReachable } from "../../cards/StayReachable";
import { LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";

export function Posted({ job }: { job: Pick<Schemas["PartyJobView"], "id" | "title"> }) {
  return (
    <Page title={t("buyer.posted")}>
      <Note kind="done">
        <p>{t("buyer.posted_next")}</p>
      </Note>
      <ShareButton kind="jobs" id={job.id} text={job.title} />
      <StayReachable />
      <LinkButton href={`/deals/${job.id}`}>{t("buyer.to_job")}</LinkButton>
    </Page>
  );
}
