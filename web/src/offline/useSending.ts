/** Sends what a form says through the outbox, once, and keeps what came of it. */
import { type Signal, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { newKey } from "../api/action";
import type { DraftOf } from "./drafts";
import { type NewItem, type Sent, submit } from "./outbox";

export interface Sending {
  readonly busy: Signal<boolean>;
  readonly outcome: Signal<Sent | undefined>;
  /** Sends; a second tap while it runs does nothing. The draft is dropped unless the API refused it. */
  send(item: Omit<NewItem, "id">): Promise<Sent | undefined>;
}

/** A form without values, as a button that is queued. */
export const NO_VALUES: Sendable = { key: newKey, drop: async () => undefined };

type Sendable = Pick<DraftOf<object>, "key" | "drop">;

/** Returns the sending of a draft; its idempotency key goes with each try. */
export function useSending(draft: Sendable): Sending {
  return useMemo(() => {
    const busy = signal(false);
    const outcome = signal<Sent | undefined>(undefined);
    return {
      busy,
      outcome,
      async send(item: Omit<NewItem, "id">) {
        if (busy.value) return undefined;
        busy.value = true;
        try {
          const sent = await submit({ ...item, id: draft.key() });
          outcome.value = sent;
          if (sent.state !== "refused") await draft.drop();
          return sent;
        } finally {
          busy.value = false;
        }
      },
    };
  }, [draft]);
}
