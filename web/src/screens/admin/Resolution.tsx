/** Shares the money that is held: two amounts are typed, the third is what is left, so that they always add up. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { FailureNote } from "../../forms/FailureNote";
import { readMoney, writeMoney } from "../../forms/read";
import { TextArea } from "../../forms/TextArea";
import { MoneyField } from "../../forms/TextField";
import { person } from "../../session/person";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { money } from "../../words/format";
import { t } from "../../words/words";

interface ResolutionProps {
  escrow: Schemas["EscrowView"];
  job: Schemas["PartyJobView"];
  onDone: () => void;
}

type Proposal = Schemas["ProposedResolutionView"];

const SHORTEST = 10;

export function Resolution({ escrow, job, onDone }: ResolutionProps) {
  const worker = useSignal("");
  const refund = useSignal("");
  const note = useSignal("");
  const proposal = escrow.proposedResolution;
  const error = useSignal("");
  const act = useAction((key, body: Schemas["ResolutionRequest"]) =>
    ask(
      api.POST("/jobs/{jobId}/escrow/resolution", {
        params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
        body,
      }),
    ),
  );
  if ([job.buyerId, job.workerId].includes(person.value?.userId ?? null))
    return <Note kind="info">{t("admin.own_affair")}</Note>;
  const workerCents = readMoney(worker.value || "0");
  const refundCents = readMoney(refund.value || "0");
  const rest =
    workerCents === null || refundCents === null ? null : escrow.heldCents - workerCents - refundCents;
  const send = async () => {
    error.value = "";
    if (workerCents === null || refundCents === null || rest === null || rest < 0)
      error.value = t("admin.parts_wrong", { held: money(escrow.heldCents) });
    else if (note.value.trim().length < SHORTEST) error.value = t("admin.reason_missing", { min: SHORTEST });
    else {
      const done = await act.run({ workerCents, refundCents, platformCents: rest, note: note.value.trim() });
      if (done) onDone();
    }
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h3>{t("admin.decide")}</h3>
      {proposal && (
        <Note kind="waiting">
          <p>{first(proposal)}</p>
          <p>{t("admin.second_needed")}</p>
        </Note>
      )}
      <div class="row">
        {proposal && proposal.by !== person.value?.userId && (
          <Button
            kind="secondary"
            onClick={() => {
              worker.value = writeMoney(proposal.workerCents);
              refund.value = writeMoney(proposal.refundCents);
            }}
          >
            {t("admin.same_as_first")}
          </Button>
        )}
        <Button
          kind="secondary"
          onClick={() => {
            worker.value = writeMoney(Math.min(escrow.workerCents, escrow.heldCents));
            refund.value = "0";
          }}
        >
          {t("admin.all_to_worker")}
        </Button>
        <Button
          kind="secondary"
          onClick={() => {
            worker.value = "0";
            refund.value = writeMoney(escrow.heldCents);
          }}
        >
          {t("admin.all_to_buyer")}
        </Button>
      </div>
      <MoneyField
        name="workerCents"
        label={t("admin.to_worker")}
        value={worker.value}
        onInput={(value) => {
          worker.value = value;
        }}
      />
      <MoneyField
        name="refundCents"
        label={t("admin.to_buyer")}
        value={refund.value}
        onInput={(value) => {
          refund.value = value;
        }}
      />
      <p role="status">
        {rest === null || rest < 0
          ? t("admin.parts_wrong", { held: money(escrow.heldCents) })
          : t("admin.to_platform", { amount: money(rest) })}
      </p>
      <TextArea
        name="note"
        label={t("admin.note")}
        rows={4}
        maxLength={2000}
        value={note.value}
        error={error.value || undefined}
        onInput={(value) => {
          note.value = value;
        }}
      />
      <FailureNote failure={act.failure.value} />
      <Button kind="danger" busy={act.busy.value}>
        {t("admin.decide_now")}
      </Button>
    </form>
  );
}

/** Returns what the first of two admins decided. */
function first({ workerCents, refundCents, platformCents }: Proposal): string {
  return t("admin.first_decision", {
    worker: money(workerCents),
    buyer: money(refundCents),
    platform: money(platformCents),
  });
}
