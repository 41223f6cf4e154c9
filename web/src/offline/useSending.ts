/** Sends what a form says through the outbox, once, and keeps what came of it. */
import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { newKey } from "../api/action";
import { isKeyReused } from "../api/problems";
import type { DraftOf } from "./drafts";
import { type NewItem, outbox, type Sent, submit, whenSent } from "./outbox";

export interface Sending {
  readonly busy: Signal<boolean>;
  readonly outcome: Signal<Sent | undefined>;
  /** Sends; a second tap while it runs does nothing. What the API refused is a draft again. */
  send(item: Omit<NewItem, "id">): Promise<Sent | undefined>;
}

/** A form without values, as a button that is queued. */
export const NO_VALUES: Sendable = { key: newKey, drop: async () => undefined };

type Sendable = Pick<DraftOf<object>, "key" | "drop"> &
  Partial<Pick<DraftOf<object>, "record" | "kept" | "change" | "renew" | "untouched">>;

interface Address {
  method: string;
  path: string;
  editPath?: string;
}

/**
 * Returns the sending of a draft; its idempotency key goes with each try.
 *
 * With the address of the form, one that is opened again says that what was written in it still waits.
 */
export function useSending(draft: Sendable, address?: Address): Sending {
  const sending = useMemo(() => make(draft), [draft]);
  const waiting = address && outbox.value.find((one) => one.state !== "needs_you" && isOf(one, address));
  const untouched = draft.untouched?.value ?? true;
  useEffect(() => {
    if (waiting && untouched && !sending.busy.peek() && !sending.outcome.peek()) sending.wait(waiting.id);
  }, [waiting?.id, untouched]);
  return sending;
}

function isOf(item: Address, address: Address): boolean {
  return (
    item.method === address.method &&
    item.path === address.path &&
    (address.editPath === undefined || item.editPath === address.editPath)
  );
}

function make(draft: Sendable): Sending & { wait(id: string): void } {
  const busy = signal(false);
  const outcome = signal<Sent | undefined>(undefined);
  const wait = (id: string) => {
    outcome.value = { state: "waiting" };
    whenSent(id, (answer) => {
      if (outcome.peek()?.state === "waiting") outcome.value = { state: "sent", answer };
    });
  };
  return {
    busy,
    outcome,
    wait,
    async send(item: Omit<NewItem, "id">) {
      if (busy.value) return undefined;
      busy.value = true;
      const id = draft.key();
      try {
        await draft.kept?.(); // a draft that is still being written would come after its item
        const sent = await submit({ ...item, id }, draft.record?.());
        outcome.value = sent;
        if (sent.state === "waiting") wait(id);
        if (sent.state === "refused") {
          if (isKeyReused(sent.refusal)) draft.renew?.();
          draft.change?.({}); // what was written meanwhile is kept too
        } else await draft.drop();
        return sent;
      } finally {
        busy.value = false;
      }
    },
  };
}
