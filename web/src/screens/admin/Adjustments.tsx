/** Changes of credits that wait for a second admin, and a new one. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { readMoney } from "../../forms/read";
import { TextArea } from "../../forms/TextArea";
import { MoneyField, TextField } from "../../forms/TextField";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { PersonLink } from "./PersonLink";
import { Queue } from "./Queue";

type Proposal = Schemas["ProposalView"];

export default function Adjustments() {
  const pages = usePages<Proposal>("admin/adjustments", (cursor) =>
    ask(api.GET("/credits/adjustments", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_adjustments")} back="/admin">
      <Queue pages={pages}>
        {(proposal) => (
          <>
            <h2 class="amount">{money(proposal.amountCents)}</h2>
            <p>
              {t(`admin.${proposal.kind}`)} · <PersonLink id={proposal.userId} />
            </p>
            <p class="soft small">
              <code>{proposal.userId}</code>
            </p>
            <p class="text">{proposal.reason}</p>
            <p class="soft">{moment(proposal.createdAt)}</p>
            <Decision
              name={proposal.id}
              shortest={10}
              parties={[proposal.userId, proposal.proposedBy]}
              choices={[
                { value: "approve", label: t("admin.approve"), effect: t("admin.adjust_effect") },
                {
                  value: "refuse",
                  label: t("admin.refuse"),
                  effect: t("admin.adjust_refuse_effect"),
                  danger: true,
                },
              ]}
              decide={(key, decision, reason) =>
                ask(
                  api.POST("/credits/adjustments/{proposalId}/approval", {
                    params: { path: { proposalId: proposal.id }, header: { "Idempotency-Key": key } },
                    body: { decision: decision as "approve" | "refuse", reason },
                  }),
                )
              }
              onDone={() => void pages.reload()}
            />
          </>
        )}
      </Queue>
      <NewAdjustment onDone={() => void pages.reload()} />
    </Page>
  );
}

function NewAdjustment({ onDone }: { onDone: () => void }) {
  const userId = useSignal("");
  const amount = useSignal("");
  const takes = useSignal(false);
  const reason = useSignal("");
  const errors = useSignal<Errors>({});
  const done = useSignal("");
  const act = useAction((key, body: Schemas["AdjustmentRequest"]) =>
    ask(api.POST("/credits/adjustments", { params: { header: { "Idempotency-Key": key } }, body })),
  );
  const send = async () => {
    const cents = readMoney(amount.value);
    errors.value = {
      ...(userId.value.trim() ? {} : { userId: t("admin.person_missing") }),
      ...(cents ? {} : { amountCents: t("admin.amount_missing") }),
      ...(reason.value.trim().length >= 10 ? {} : { reason: t("admin.reason_missing", { min: 10 }) }),
    };
    if (Object.keys(errors.value).length || !cents) return;
    const answer = await act.run({
      userId: userId.value.trim(),
      amountCents: takes.value ? -cents : cents,
      reason: reason.value,
    });
    errors.value = errorsOf(act.failure.value);
    if (!answer) return;
    done.value = "proposedBy" in answer ? t("admin.second_needed") : t("admin.booked");
    amount.value = "";
    reason.value = "";
    onDone();
  };
  return (
    <details>
      <summary>{t("admin.new_adjustment")}</summary>
      <Form busy={act.busy.value} onSend={() => void send()}>
        <ErrorSummary errors={errors.value} />
        {!Object.keys(errors.value).length && <FailureNote failure={act.failure.value} />}
        {done.value && <Note kind="done">{done.value}</Note>}
        <TextField
          name="userId"
          label={t("admin.person_id")}
          value={userId.value}
          error={errors.value.userId}
          onInput={(value) => {
            userId.value = value;
          }}
        />
        <MoneyField
          name="amountCents"
          label={t("admin.amount")}
          value={amount.value}
          error={errors.value.amountCents}
          onInput={(value) => {
            amount.value = value;
          }}
        />
        <label class="choice">
          <input
            type="checkbox"
            checked={takes.value}
            onChange={(event) => {
              takes.value = event.currentTarget.checked;
            }}
          />
          {t("admin.takes")}
        </label>
        <TextArea
          name="reason"
          label={t("admin.reason")}
          maxLength={500}
          rows={3}
          value={reason.value}
          error={errors.value.reason}
          onInput={(value) => {
            reason.value = value;
          }}
        />
        <Button busy={act.busy.value}>{t("admin.book")}</Button>
      </Form>
    </details>
  );
}
