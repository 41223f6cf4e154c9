/** The last question before an admin's decision moves money: who gets what, and whether Khaya keeps too much. */
import type { Schemas } from "../../api/client";
import { sharesOf } from "../../deal/shares";
import { FailureNote } from "../../forms/FailureNote";
import { Button } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Sheet } from "../../ui/Sheet";
import { money } from "../../words/format";
import { t } from "../../words/words";

export interface Split {
  workerCents: number;
  refundCents: number;
  platformCents: number;
}

interface ConfirmSplitProps {
  split: Split;
  escrow: Schemas["EscrowView"];
  job: Schemas["PartyJobView"];
  busy: boolean;
  failure: Parameters<typeof FailureNote>[0]["failure"];
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmSplit({ split, escrow, job, busy, failure, onConfirm, onClose }: ConfirmSplitProps) {
  const usual = sharesOf(escrow, 0).khaya;
  const more = split.platformCents - usual;
  return (
    <Sheet title={t("admin.split_question")} onClose={onClose}>
      <SplitFacts split={split} job={job} />
      {more > 0 && (
        <Note kind="error" title={t("admin.khaya_keeps_more")}>
          <p>
            {t("admin.khaya_keeps_more_by", {
              usual: money(usual),
              khaya: money(split.platformCents),
              more: money(more),
            })}
          </p>
        </Note>
      )}
      <p>{t("admin.split_final")}</p>
      <FailureNote failure={failure} />
      <Button kind="danger" busy={busy} onClick={onConfirm}>
        {t("admin.split_confirm")}
      </Button>
      <Button kind="plain" onClick={onClose}>
        {t("cancel")}
      </Button>
    </Sheet>
  );
}

/** Who gets what, by name. */
export function SplitFacts({ split, job }: Pick<ConfirmSplitProps, "split" | "job">) {
  return (
    <Facts
      facts={[
        [t("admin.gets", { name: job.workerName ?? t("admin.worker") }), money(split.workerCents)],
        [t("admin.gets_back", { name: job.buyerName }), money(split.refundCents)],
        [t("admin.khaya_keeps"), money(split.platformCents)],
      ]}
    />
  );
}

/** Returns the same in one sentence. */
export function splitSentence(
  { workerCents, refundCents, platformCents }: Split,
  job: ConfirmSplitProps["job"],
) {
  return t("admin.split_effect", {
    worker: job.workerName ?? t("admin.worker"),
    gets: money(workerCents),
    buyer: job.buyerName,
    back: money(refundCents),
    khaya: money(platformCents),
  });
}
