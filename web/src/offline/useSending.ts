/** Sends what a form says through the outbox, once, and keeps what came of it. */
import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
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
export const NO_VALUES: Sendable = { key: newKey };

type Sendable<T extends object = object> = Pick<DraftOf<T>, "key"> &
  Partial<Pick<DraftOf<T>, "values" | "sent" | "record" | "kept" | "change" | "renew" | "untouched">>;

interface Options<T> {
  /** Gets each answer, at once or when what waited has arrived. */
  onSent?: (answer: unknown) => void;
  /** Returns what is left of values that were changed while others were sent; null where nothing is. */
  rest?: (now: T, sent: T) => T | null;
}

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
export function useSending<T extends object>(
  draft: Sendable<T>,
  address?: Address,
  options: Options<T> = {},
): Sending {
  const latest = useRef(options);
  latest.current = options;
  const sending = useMemo(() => make(draft, latest), [draft]);
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

function make<T extends object>(
  draft: Sendable<T>,
  options: { readonly current: Options<T> },
): Sending & { wait(id: string): void } {
  const busy = signal(false);
  const outcome = signal<Sent | undefined>(undefined);
  const wait = (id: string) => {
    outcome.value = { state: "waiting" };
    whenSent(id, (answer) => {
      if (outcome.peek()?.state === "waiting") outcome.value = { state: "sent", answer };
      options.current.onSent?.(answer);
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
      const values = draft.values?.peek();
      try {
        await draft.kept?.(); // a draft that is still being written would come after its item
        const sent = await submit({ ...item, id }, draft.record?.());
        outcome.value = sent;
        if (sent.state === "waiting") wait(id);
        if (sent.state === "refused") {
          if (isKeyReused(sent.refusal)) draft.renew?.();
          draft.change?.({}); // what was written meanwhile is kept too
        } else if (values) await draft.sent?.(values, options.current.rest);
        if (sent.state === "sent") options.current.onSent?.(sent.answer);
        return sent;
      } finally {
        busy.value = false;
      }
    },
  };
}
