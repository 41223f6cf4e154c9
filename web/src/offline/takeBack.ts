/** Gives a form back what the outbox could not send, so that it can be corrected where it was written. */
import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Refusal } from "../api/problems";
import type { OutboxItem } from "./database";
import type { DraftOf } from "./drafts";
import { outbox, remove } from "./outbox";
import type { Sending } from "./useSending";

/**
 * Returns why the API refused an item of this address that had waited; undefined where there is none.
 *
 * `editPath` tells forms of one address apart. The item leaves the outbox, and its values become the form's draft. Its
 * photos stay on the phone. A form in which something else is being written takes nothing back until that is sent.
 */
export function useTakenBack<T extends object>(
  draft: DraftOf<T>,
  address: { method: string; path: string; editPath?: string },
  values: (item: OutboxItem) => Partial<T>,
  sending?: Pick<Sending, "outcome">,
): Signal<Refusal | undefined> {
  const refusal = useMemo(() => signal<Refusal | undefined>(undefined), [draft]);
  const ready = draft.ready.value;
  const free = draft.untouched.value;
  const item = outbox.value.find(
    (one) =>
      one.failure &&
      one.state === "needs_you" &&
      one.method === address.method &&
      one.path === address.path &&
      (address.editPath === undefined || one.editPath === address.editPath),
  );
  useEffect(() => {
    if (!ready || !free || !item) return;
    draft.change(values(item));
    refusal.value = refusalOf(item.failure);
    if (sending) sending.outcome.value = undefined; // the page may still be open, and say that it waits
    void draft.kept().then(async () => {
      await remove(item.id, false); // the words are in one of the two at any time
      if (draft.full.peek()) draft.change({}); // on a full phone there is room now
    });
  }, [ready, free, item?.id]);
  return refusal;
}

/** Returns the refusal that an item of the outbox met, as the API gave it. */
export function refusalOf(failure: OutboxItem["failure"]): Refusal {
  const { status = 0, ...problem } = failure ?? {};
  return new Refusal(new Response(null, { status: status >= 200 ? status : 500 }), problem);
}
