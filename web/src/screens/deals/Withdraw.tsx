/** Takes one's own dispute back, so that the job goes on. */
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import type { PartyJob } from "../../api/deals";
import { FailureNote } from "../../forms/FailureNote";
import { Button } from "../../ui/Button";
import { OriginalText } from "../../ui/OriginalText";
import { t } from "../../words/words";

export function Withdraw({ job, onWithdrawn }: { job: PartyJob; onWithdrawn: () => void }) {
  const withdraw = useAction(async () => {
    await ask(api.DELETE("/jobs/{jobId}/escrow/dispute", { params: { path: { jobId: job.id } } }));
    return true;
  });
  return (
    <section>
      <h2>{t("deals.solved")}</h2>
      <p>
        <OriginalText word="deals.withdraw_effect" />
      </p>
      <FailureNote failure={withdraw.failure.value} />
      <Button
        kind="secondary"
        busy={withdraw.busy.value}
        onClick={async () => {
          if (await withdraw.run()) onWithdrawn();
        }}
      >
        {t("deals.withdraw")}
      </Button>
    </section>
  );
}
