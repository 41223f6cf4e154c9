/** What somebody is writing, kept from the first key on, so that no word is lost when the page ends. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { newKey } from "../api/action";
import { signedIn } from "../session/person";
import { type Draft, database } from "./database";
import { formIsOpen } from "./updates";

const DAYS_KEPT = 30;

export interface DraftOf<T> {
  /** The values of the form. */
  readonly values: Signal<T>;
  /** Whether the kept draft was read; forms show their fields then. */
  readonly ready: ReadonlySignal<boolean>;
  /** Whether the device has no room for the draft. */
  readonly full: ReadonlySignal<boolean>;
  /** Changes some values and keeps them. */
  change(some: Partial<T>): void;
  /** The idempotency key of the request that this draft becomes. */
  key(): string;
  /** Forgets the draft, after it was sent or when its owner drops it. */
  drop(): Promise<void>;
}

/** Returns the draft of a form. `fields` that must never be kept, as account numbers, are not given to it. */
export function useDraft<T extends object>(name: string, empty: T): DraftOf<T> {
  const draft = useMemo(() => open(name, empty), [name]);
  useEffect(() => {
    void draft.load();
    return formIsOpen();
  }, [draft]);
  return draft;
}

/** Returns the drafts that are kept, newest first. */
export async function allDrafts(): Promise<Draft[]> {
  const db = await database(place());
  const drafts = await db.getAll("drafts");
  const kept = drafts.filter((one) => one.updatedAt > Date.now() - DAYS_KEPT * 86_400_000);
  for (const one of drafts) if (!kept.includes(one)) await db.delete("drafts", one.key);
  return kept.sort((a, b) => b.updatedAt - a.updatedAt);
}

/** Moves what a visitor wrote to the person who signed in. */
export async function adoptDrafts(): Promise<void> {
  const [from, to] = [await database("public"), await database("private")];
  for (const draft of await from.getAll("drafts")) {
    if (!(await to.get("drafts", draft.key))) await to.put("drafts", draft);
    await from.delete("drafts", draft.key);
  }
  for (const picture of await from.getAll("pictures")) {
    await to.put("pictures", picture);
    await from.delete("pictures", picture.id);
  }
}

function open<T extends object>(name: string, empty: T) {
  const values = signal(empty);
  const ready = signal(false);
  const full = signal(false);
  let idempotencyKey = newKey();
  let dropped = false;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const draft: Draft = {
      key: name,
      value: values.peek() as Record<string, unknown>,
      idempotencyKey,
      path: location.pathname + location.search,
      updatedAt: Date.now(),
    };
    try {
      await (await database(place())).put("drafts", draft);
      full.value = false;
    } catch (cause) {
      full.value = (cause as DOMException).name === "QuotaExceededError";
    }
  }

  return {
    values,
    ready,
    full,
    async load() {
      if (ready.peek()) return;
      const kept = await (await database(place())).get("drafts", name).catch(() => undefined);
      if (kept && !dropped) {
        values.value = { ...empty, ...(kept.value as T) };
        idempotencyKey = kept.idempotencyKey;
      }
      ready.value = true;
    },
    change(some: Partial<T>) {
      dropped = false;
      values.value = { ...values.peek(), ...some };
      if (navigator.storage?.persist) void navigator.storage.persist();
      writing = writing.then(() => (dropped ? undefined : write()));
    },
    key: () => idempotencyKey,
    async drop() {
      dropped = true;
      await writing;
      values.value = empty;
      idempotencyKey = newKey();
      await (await database(place())).delete("drafts", name).catch(() => undefined);
    },
  };
}

function place(): "public" | "private" {
  return signedIn.peek() ? "private" : "public";
}
