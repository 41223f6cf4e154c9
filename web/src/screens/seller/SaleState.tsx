/** Takes a listing off sale, after a question, or puts it on sale again. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import { forget } from "../../api/query";
import { FailureNote } from "../../forms/FailureNote";
import { WaitingNote } from "../../forms/WaitingNote";
import type { NewItem } from "../../offline/outbox";
import { NO_VALUES, useSending } from "../../offline/useSending";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Sheet } from "../../ui/Sheet";
import { t } from "../../words/words";

type Listing = Pick<Schemas["OwnListingView"], "id" | "title" | "status">;

export function SaleState({ listing, onChanged }: { listing: Listing; onChanged: () => void }) {
  const asking = useSignal(false);
  const sending = useSending(NO_VALUES, undefined, {
    onSent: () => {
      forget("listings/mine");
      onChanged();
    },
  });
  const outcome = sending.outcome.value;
  const send = async (act: Pick<NewItem, "method" | "body">) => {
    await sending.send({
      ...act,
      kind: "listing_change",
      title: listing.title,
      path: `/listings/${listing.id}`,
      object: `listings/${listing.id}`,
    });
    asking.value = false;
  };
  if (outcome?.state === "waiting") return <WaitingNote />;
  return (
    <section>
      <h2>{t("seller.on_sale")}</h2>
      {outcome?.state === "sent" && <Note kind="done">{t("seller.sale_changed")}</Note>}
      {outcome?.state === "refused" && <FailureNote failure={outcome.refusal} />}
      {listing.status === "inactive" ? (
        <>
          <p>{t("seller.off_sale_now")}</p>
          <Button
            kind="secondary"
            busy={sending.busy.value}
            onClick={() => void send({ method: "PATCH", body: { active: true } })}
          >
            {t("seller.sell_again")}
          </Button>
        </>
      ) : (
        <Button
          kind="danger"
          onClick={() => {
            asking.value = true;
          }}
        >
          {t("seller.take_off")}
        </Button>
      )}
      {asking.value && (
        <Sheet
          title={t("seller.take_off_question")}
          onClose={() => {
            asking.value = false;
          }}
        >
          <p>{t("seller.take_off_effect", { title: listing.title })}</p>
          <Button kind="danger" busy={sending.busy.value} onClick={() => void send({ method: "DELETE" })}>
            {t("seller.take_off")}
          </Button>
          <Button
            kind="plain"
            onClick={() => {
              asking.value = false;
            }}
          >
            {t("seller.keep_on_sale")}
          </Button>
        </Sheet>
      )}
    </section>
  );
}
