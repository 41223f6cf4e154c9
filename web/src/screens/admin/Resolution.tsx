/** Shares the money that is held: two amounts are typed, the third is what is left; it is asked before it is done. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { readMoney, writeMoney } from "../../forms/read";
import { TextArea } from "../../forms/TextArea";
import { MoneyField } from "../../forms/TextField";
import { person } from "../../session/person";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { money } from "../../words/format";
import { t } from "../../words/words";
import { ConfirmSplit, type Split, splitSentence } from "./ConfirmSplit";

interface ResolutionProps {
  escrow: Schemas["EscrowView"];
  job: Schemas["PartyJobView"];
  onDone: (after: Schemas["EscrowView"]) => void;
}

type Proposal = Schemas["ProposedResolutionView"];

const SHORTEST = 10;

export function Resolution({ escrow, job, onDone }: ResolutionProps) {
  const worker = useSignal("");
  const refund = useSignal("");
  const note = useSignal("");
  const proposal = escrow.proposedResolution;
  const found = useSignal<Errors>({});
  const asked = useSignal<Split | null>(null);
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
  const workerCents = readMoney(worker.value);
  const refundCents = readMoney(refund.value);
  const rest =
    workerCents === null || refundCents === null ? null : escrow.heldCents - workerCents - refundCents;
  const typed = { workerCents: worker.value, refundCents: refund.value, note: note.value };
  const errors = errorsLeft(found.value, undefined, typed);
  const check = () => {
    const wrong: Errors = {};
    if (workerCents === null) wrong.workerCents = t("admin.amount_or_nothing");
    if (refundCents === null) wrong.refundCents = t("admin.amount_or_nothing");
    if (rest !== null && rest < 0)
      wrong.workerCents = t("admin.parts_wrong", { held: money(escrow.heldCents) });
    if (note.value.trim().length < SHORTEST) wrong.note = t("admin.reason_missing", { min: SHORTEST });
    found.value = wrong;
    if (workerCents === null || refundCents === null || rest === null || Object.keys(wrong).length) return;
    asked.value = { workerCents, refundCents, platformCents: rest };
  };
  const close = () => {
    asked.value = null;
  };
  const decide = async (split: Split) => {
    const done = await act.run({ ...split, note: note.value.trim() });
    if (!done) return;
    close();
    onDone(done);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        check();
      }}
    >
      <h3>{t("admin.decide")}</h3>
      <ErrorSummary errors={errors} />
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
        error={errors.workerCents}
        onInput={(value) => {
          worker.value = value;
        }}
      />
      <MoneyField
        name="refundCents"
        label={t("admin.to_buyer")}
        value={refund.value}
        error={errors.refundCents}
        onInput={(value) => {
          refund.value = value;
        }}
      />
      <p role="status">
        {effect({ workerCents, refundCents, rest }, escrow, job) ??
          t("admin.share_held", { held: money(escrow.heldCents) })}
      </p>
      <TextArea
        name="note"
        label={t("admin.note")}
        hint={t("admin.both_read")}
        rows={4}
        maxLength={2000}
        value={note.value}
        error={errors.note}
        onInput={(value) => {
          note.value = value;
        }}
      />
      <Button kind="danger">{t("admin.decide_now")}</Button>
      {asked.value && (
        <ConfirmSplit
          split={asked.value}
          escrow={escrow}
          job={job}
          busy={act.busy.value}
          failure={act.failure.value}
          onConfirm={() => asked.value && void decide(asked.value)}
          onClose={close}
        />
      )}
    </form>
  );
}

interface Typed {
  workerCents: number | null;
  refundCents: number | null;
  rest: number | null;
}

/** Returns what the amounts would do; null while one of them is missing. */
function effect(
  { workerCents, refundCents, rest }: Typed,
  escrow: Schemas["EscrowView"],
  job: Schemas["PartyJobView"],
): string | null {
  if (workerCents === null || refundCents === null || rest === null) return null;
  if (rest < 0) return t("admin.parts_wrong", { held: money(escrow.heldCents) });
  return splitSentence({ workerCents, refundCents, platformCents: rest }, job);
}

/** Returns what the first of two admins decided. */
function first({ workerCents, refundCents, platformCents }: Proposal): string {
  return t("admin.first_decision", {
    worker: money(workerCents),
    buyer: money(refundCents),
    platform: money(platformCents),
  });
}
