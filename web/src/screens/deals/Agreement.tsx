/** An agreement of both sides about the money: what is proposed, accepting it, and proposing another amount. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import type { Escrow, PartyJob } from "../../api/deals";
import { sharesOf } from "../../deal/shares";
import type { Side } from "../../deal/stages";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { readMoney } from "../../forms/read";
import { MoneyField } from "../../forms/TextField";
import { useDraft } from "../../offline/drafts";
import { Button } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { OriginalText } from "../../ui/OriginalText";
import { Sheet } from "../../ui/Sheet";
import { Skeleton } from "../../ui/Skeleton";
import { money } from "../../words/format";
import { t } from "../../words/words";

interface AgreementProps {
  job: PartyJob;
  side: Side;
  escrow: Escrow;
  onChanged: () => void;
}

export function Agreement({ job, side, escrow, onChanged }: AgreementProps) {
  const proposal = escrow.settlement;
  return (
    <section id="agreement">
      <h2>{t("deals.agreement")}</h2>
      <p>
        <OriginalText word="deals.agreement_what" />
      </p>
      {proposal?.by === side && (
        <Note kind="waiting" title={t("deals.you_proposed")}>
          <Split job={job} escrow={escrow} refund={proposal.refundCents} />
          <p>{t("deals.other_accepts")}</p>
        </Note>
      )}
      {proposal && proposal.by !== side && (
        <Accept job={job} escrow={escrow} refund={proposal.refundCents} onAccepted={onChanged} />
      )}
      <Propose job={job} escrow={escrow} onProposed={onChanged} />
    </section>
  );
}

function Split({ job, escrow, refund }: { job: PartyJob; escrow: Escrow; refund: number }) {
  const shares = sharesOf(escrow, refund);
  return (
    <Facts
      facts={[
        [t("deals.goes_back_to", { name: job.buyerName }), money(shares.refund)],
        [t("deals.goes_to", { name: job.workerName ?? t("deal.the_worker") }), money(shares.worker)],
        [t("deals.fee"), money(shares.khaya)],
      ]}
    />
  );
}

interface AcceptProps {
  job: PartyJob;
  escrow: Escrow;
  refund: number;
  onAccepted: () => void;
}

function Accept({ job, escrow, refund, onAccepted }: AcceptProps) {
  const asking = useSignal(false);
  const accept = useAction((key, refundCents: number) =>
    ask(
      api.POST("/jobs/{jobId}/escrow/settlement/acceptance", {
        params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
        body: { refundCents },
      }),
    ),
  );
  const close = () => {
    asking.value = false;
  };
  return (
    <div class="card">
      <h3>{t("deals.other_proposes")}</h3>
      <Split job={job} escrow={escrow} refund={refund} />
      <Button
        onClick={() => {
          asking.value = true;
        }}
      >
        {t("deals.accept")}
      </Button>
      {asking.value && (
        <Sheet title={t("deals.accept_question")} onClose={close}>
          <Split job={job} escrow={escrow} refund={refund} />
          <p>
            <OriginalText word="deals.accept_effect" />
          </p>
          <FailureNote failure={accept.failure.value} />
          <Button
            busy={accept.busy.value}
            onClick={async () => {
              if (!(await accept.run(refund))) return;
              close();
              onAccepted();
            }}
          >
            {t("deals.accept")}
          </Button>
          <Button kind="plain" onClick={close}>
            {t("cancel")}
          </Button>
        </Sheet>
      )}
    </div>
  );
}

function Propose({ job, escrow, onProposed }: { job: PartyJob; escrow: Escrow; onProposed: () => void }) {
  const draft = useDraft(`settlement/${job.id}`, { refundCents: "" });
  const own = useSignal<Errors>({});
  const propose = useAction((key, refundCents: number) =>
    ask(
      api.POST("/jobs/{jobId}/escrow/settlement", {
        params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
        body: { refundCents },
      }),
    ),
  );
  if (!draft.ready.value) return <Skeleton />;
  const text = draft.values.value.refundCents;
  const cents = readMoney(text);
  const fits = cents !== null && cents <= escrow.heldCents;
  const errors = errorsLeft(own.value, propose.failure.value, draft.values.value);
  const send = async () => {
    own.value = fits ? {} : { refundCents: t("deals.refund_bounds", { most: money(escrow.heldCents) }) };
    if (!fits || !(await propose.run(cents))) return;
    await draft.drop();
    onProposed();
  };
  return (
    <Form busy={propose.busy.value} onSend={() => void send()}>
      <ErrorSummary errors={errors} />
      {!Object.keys({ ...errors, ...errorsOf(propose.failure.value) }).length && (
        <FailureNote failure={propose.failure.value} />
      )}
      <MoneyField
        name="refundCents"
        label={t("deals.refund_amount", { name: job.buyerName })}
        hint={t("deals.refund_bounds", { most: money(escrow.heldCents) })}
        value={text}
        error={errors.refundCents}
        onInput={(value) => draft.change({ refundCents: value })}
      />
      {fits && <Split job={job} escrow={escrow} refund={cents} />}
      <Button kind="secondary" busy={propose.busy.value}>
        {t("deals.propose")}
      </Button>
    </Form>
  );
}
