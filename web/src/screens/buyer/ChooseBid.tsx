/** Confirms the choice of a bid: what it costs, and for jobs through Khaya the way straight to the first payment. */
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { forgetDeal, type PartyJob } from "../../api/deals";
import { FailureNote } from "../../forms/FailureNote";
import { Button } from "../../ui/Button";
import { OriginalText } from "../../ui/OriginalText";
import { Sheet } from "../../ui/Sheet";
import { money } from "../../words/format";
import { t } from "../../words/words";
import { openCheckout, type Part } from "./checkout";
import { PayLines } from "./PayLines";

interface ChooseBidProps {
  bid: Schemas["OwnerBidView"];
  job: PartyJob;
  onClose: () => void;
}

export function ChooseBid({ bid, job, onClose }: ChooseBidProps) {
  const { route } = useLocation();
  const { quote } = bid;
  const accept = useAction(
    (key) =>
      ask(
        api.POST("/bids/{bidId}/acceptance", {
          params: { path: { bidId: bid.id }, header: { "Idempotency-Key": key } },
        }),
      ),
    `acceptance/${bid.id}`,
  );
  const pay = useAction((key, part: Part) => openCheckout(job.id, part, key));

  const choose = async () => {
    if (!(await accept.run())) return;
    forgetDeal(job.id);
    if (!quote) return route(`/deals/${job.id}`);
    const going = await pay.run(quote.balanceCents === 0 ? "all" : "deposit");
    if (!going) route(`/deals/${job.id}/pay`); // accepted all the same: that page says until when to pay
  };

  return (
    <Sheet title={t("buyer.choose_question", { worker: bid.workerName })} onClose={onClose}>
      {quote ? (
        <>
          <PayLines amounts={{ amountCents: bid.amountCents, ...quote }} />
          <p>
            <OriginalText word="payment.escrow_why" />
          </p>
        </>
      ) : (
        <p>
          <OriginalText
            word="buyer.choose_cash"
            values={{ amount: money(bid.amountCents), worker: bid.workerName }}
          />
        </p>
      )}
      <p>
        <OriginalText word="buyer.choose_effect" />
      </p>
      <FailureNote failure={accept.failure.value} />
      <Button busy={accept.busy.value || pay.busy.value} onClick={() => void choose()}>
        {quote
          ? t("buyer.choose_and_pay", { worker: bid.workerName, amount: money(quote.depositCents) })
          : t("buyer.choose", { worker: bid.workerName })}
      </Button>
      <Button kind="plain" onClick={onClose}>
        {t("cancel")}
      </Button>
    </Sheet>
  );
}
