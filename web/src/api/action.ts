/** One act that changes something now and is never queued, as an acceptance or a payment. */
import { type Signal, signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { forgetAct, keyOfAct } from "../offline/actKeys";
import { type Failure, isKeyReused, Refusal, Unreachable } from "./problems";

export interface Action<A extends unknown[], T> {
  readonly busy: Signal<boolean>;
  readonly failure: Signal<Failure | undefined>;
  /** Acts; returns undefined where it failed, and `failure` says why. The same key goes with each try until it works. */
  run(...values: A): Promise<T | undefined>;
}

/**
 * Returns an action. Its function gets the idempotency key first. A second tap while it runs does nothing.
 *
 * `name` tells an act and its object from all others. The key of such an act outlives the page, so that a try whose
 * answer was lost and the try of the next page count once.
 */
export function useAction<A extends unknown[], T>(
  act: (key: string, ...values: A) => Promise<T>,
  name?: string,
): Action<A, T> {
  const latest = useRef(act);
  latest.current = act;
  return useMemo(() => {
    const busy = signal(false);
    const failure = signal<Failure | undefined>(undefined);
    let key: string | undefined;
    let lastValues = "";
    return {
      busy,
      failure,
      async run(...values: A) {
        if (busy.value) return undefined;
        busy.value = true;
        failure.value = undefined;
        const said = JSON.stringify(values);
        const place = `act/${name} ${said}`;
        if (said !== lastValues) key = undefined;
        lastValues = said;
        try {
          key ??= name ? await keyOfAct(place, newKey()) : newKey();
          const result = await latest.current(key, ...values);
          key = undefined;
          if (name) await forgetAct(place);
          return result;
        } catch (cause) {
          if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
          failure.value = cause;
          if (isKeyReused(cause)) {
            key = undefined; // it is said, and the next try is another act
            if (name) await forgetAct(place);
          }
          return undefined;
        } finally {
          busy.value = false;
        }
      },
    };
  }, [name]);
}

/** Returns a new idempotency key. */
export function newKey(): string {
  return crypto.randomUUID();
}
