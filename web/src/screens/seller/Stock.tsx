/** How many there are: plus and minus, or the new number; a change is sent when it is saved, also later. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import { sentence } from "../../api/problems";
import { forget } from "../../api/query";
import type { OutboxItem } from "../../offline/database";
import { useDraft } from "../../offline/drafts";
import { outbox } from "../../offline/outbox";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { readStock } from "./material";

const NO_CHANGE = { delta: 0 };

export function Stock({
  listing,
  onChanged,
}: {
  listing: Pick<Schemas["OwnListingView"], "id" | "title" | "stock">;
  onChanged: () => void;
}) {
  const address = { method: "POST", path: `/listings/${listing.id}/stock` } as const;
  const draft = useDraft<{ delta: number }>(`stock/${listing.id}`, NO_CHANGE);
  const answered = useSignal({ listing, stock: listing.stock });
  const sending = useSending(draft, undefined, {
    onSent: (answer) => {
      const { stock } = answer as { stock: number };
      answered.value = { listing, stock }; // until the list is read again
      forget("listings");
      onChanged();
    },
    rest: (now, sent) => (now.delta === sent.delta ? null : { delta: now.delta - sent.delta }),
  });
  const before = useTakenBack(draft, address, (item) => ({ delta: Number(item.body?.delta ?? 0) }), sending);
  if (!draft.ready.value) return <Skeleton />;
  const outcome = sending.outcome.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const waiting = waitingDelta(outbox.value, address.path, draft.key());
  const { delta } = draft.values.value;
  const known = answered.value.listing === listing ? answered.value.stock : listing.stock;
  const there = known + waiting;
  const wanted = Math.max(0, there + delta);
  const name = `stock-${listing.id}`;
  const set = (count: number) => draft.change({ delta: Math.max(0, count) - there });
  const save = async () => {
    if (wanted - there !== delta) draft.change({ delta: wanted - there }); // others have bought some meanwhile
    await sending.send({
      ...address,
      kind: "stock",
      title: listing.title,
      body: { delta: wanted - there },
      object: `listings/${listing.id}`,
      editPath: "/me/materials",
    });
  };
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (delta !== 0) void save();
      }}
    >
      <label for={name}>{t("seller.in_stock")}</label>
      <button type="button" class="step" aria-label={t("seller.one_less")} onClick={() => set(wanted - 1)}>
        −
      </button>
      <input
        id={name}
        class="count-field"
        inputMode="numeric"
        autoComplete="off"
        value={String(wanted)}
        onInput={(event) => {
          const count = readStock(event.currentTarget.value);
          if (count !== null) set(count);
        }}
      />
      <button type="button" class="step" aria-label={t("seller.one_more")} onClick={() => set(wanted + 1)}>
        +
      </button>
      {delta !== 0 && (
        <Button busy={sending.busy.value}>{t("seller.save_stock", { from: there, to: wanted })}</Button>
      )}
      {waiting !== 0 && (
        <p class="soft small" role="status">
          {t("seller.stock_waits")}{" "}
          <a class="tap" href="/outbox">
            {t("outbox.see")}
          </a>
        </p>
      )}
      {outcome?.state === "sent" && delta === 0 && <p role="status">{t("seller.stock_saved")}</p>}
      {refusal && delta !== 0 && (
        <p class="error" role="alert">
          {sentence(refusal)}
        </p>
      )}
    </form>
  );
}

/** Returns the sum of the changes that wait on this phone, without the one that the form still shows. */
export function waitingDelta(items: OutboxItem[], path: string, shown: string): number {
  return items
    .filter((one) => one.path === path && one.id !== shown && one.state !== "needs_you")
    .reduce((sum, one) => sum + Number(one.body?.delta ?? 0), 0);
}
