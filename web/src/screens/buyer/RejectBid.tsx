/** Says no to a bid, with a word to the worker if wanted. */
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextArea } from "../../forms/TextArea";
import { useDraft } from "../../offline/drafts";
import { Button } from "../../ui/Button";
import { Sheet } from "../../ui/Sheet";
import { t } from "../../words/words";

interface RejectBidProps {
  bid: Schemas["OwnerBidView"];
  onClose: () => void;
  onRejected: () => void;
}

export function RejectBid({ bid, onClose, onRejected }: RejectBidProps) {
  const draft = useDraft(`rejection/${bid.id}`, { reason: "" });
  const { reason } = draft.values.value;
  const reject = useAction(
    (key, text: string) =>
      ask(
        api.POST("/bids/{bidId}/rejection", {
          params: { path: { bidId: bid.id }, header: { "Idempotency-Key": key } },
          body: { reason: text || null },
        }),
      ),
    `rejection/${bid.id}`,
  );
  const send = async () => {
    if (!(await reject.run(reason.trim()))) return;
    await draft.drop();
    onRejected();
  };
  return (
    <Sheet title={t("buyer.reject_question", { worker: bid.workerName })} onClose={onClose}>
      <p>{t("buyer.reject_effect")}</p>
      <Form busy={reject.busy.value} onSend={() => void send()}>
        <FailureNote failure={reject.failure.value} />
        <TextArea
          name="reason"
          label={t("buyer.reject_reason")}
          maxLength={500}
          rows={2}
          value={reason}
          error={errorsOf(reject.failure.value).reason}
          onInput={(text) => draft.change({ reason: text })}
        />
        <Button kind="danger" busy={reject.busy.value}>
          {t("buyer.reject")}
        </Button>
      </Form>
      <Button kind="plain" onClick={onClose}>
        {t("cancel")}
      </Button>
    </Sheet>
  );
}
