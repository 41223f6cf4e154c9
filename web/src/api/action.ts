/** One act that changes something now and is never queued, as an acceptance or a payment. */
import { type Signal, signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { type Failure, Refusal, Unreachable } from "./problems";

export interface Action<A extends unknown[], T> {
  readonly busy: Signal<boolean>;
  readonly failure: Signal<Failure | undefined>;
  /** Acts; returns undefined where it failed, and `failure` says why. The same key goes with each try until it works. */
  run(...values: A): Promise<T | undefined>;
}

/** Returns an action. Its function gets the idempotency key first. A second tap while it runs does nothing. */
export function useAction<A extends unknown[], T>(
  act: (key: string, ...values: A) => Promise<T>,
): Action<A, T> {
  const latest = useRef(act);
  latest.current = act;
  return useMemo(() => {
    const busy = signal(false);
    const failure = signal<Failure | undefined>(undefined);
    let key = newKey();
    let lastValues = "";
    return {
      busy,
      failure,
      async run(...values: A) {
        if (busy.value) return undefined;
        busy.value = true;
        failure.value = undefined;
        const said = JSON.stringify(values);
        if (said !== lastValues) key = newKey();
        lastValues = said;
        try {
          const result = await latest.current(key, ...values);
          key = newKey();
          return result;
        } catch (cause) {
          if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
          failure.value = cause;
          return undefined;
        } finally {
          busy.value = false;
        }
      },
    };
  }, []);
}

/** Returns a new idempotency key. */
export function newKey(): string {
  return crypto.randomUUID();
}
