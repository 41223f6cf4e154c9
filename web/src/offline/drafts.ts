/** What somebody is writing, kept from the first key on, so that no word is lost when the page ends. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { newKey } from "../api/action";
import { personId } from "../session/person";
import { type Draft, database, databaseOf } from "./database";
import { daysKept } from "./oldDrafts";
import { dropPictures } from "./pictures";
import { formIsOpen } from "./updates";

const DAY = 86_400_000;

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

/**
 * Returns the draft of a form. Fields that must never be kept, as account numbers, are not given to it.
 *
 * `empty` is what the form begins from. Until something is written, a newer one takes its place, as when a saved copy is
 * shown first.
 */
export function useDraft<T extends object>(name: string, empty: T): DraftOf<T> {
  const draft = useMemo(() => open(name, empty), [name, personId.value]);
  useEffect(() => draft.begin(empty), [draft, JSON.stringify(empty)]);
  useEffect(() => {
    void draft.load();
    return formIsOpen();
  }, [draft]);
  return draft;
}

/** Returns the drafts that are kept, newest first. */
export async function allDrafts(): Promise<Draft[]> {
  const drafts = await (await databaseOf(personId.peek())).getAll("drafts");
  return drafts.filter(isFresh).sort((a, b) => b.updatedAt - a.updatedAt);
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

/**
 * Adds kept photos to a draft, which may be new, and returns those for which it has no room.
 *
 * Its form is not open: an open one keeps its own values.
 */
export async function addPhotos(name: string, path: string, ids: string[], most = 5): Promise<string[]> {
  const db = await databaseOf(personId.peek());
  const found = await db.get("drafts", name);
  const kept = found && isFresh(found) ? found : { key: name, path, idempotencyKey: newKey(), value: {} };
  const { photos } = kept.value as { photos?: string[] };
  const before = photos ?? [];
  const added = ids.slice(0, Math.max(0, most - before.length));
  if (added.length)
    await db.put("drafts", {
      ...kept,
      value: { ...kept.value, photos: [...before, ...added] },
      updatedAt: Date.now(),
    });
  return ids.slice(added.length);
}

/** Deletes a draft and its photos, because its owner does not want it any more. */
export async function deleteDraft(draft: Draft): Promise<void> {
  await (await databaseOf(personId.peek())).delete("drafts", draft.key);
  const { photos } = draft.value;
  if (Array.isArray(photos)) await dropPictures(photos);
}

function isFresh(draft: Draft): boolean {
  return draft.updatedAt > Date.now() - daysKept() * DAY;
}

function open<T extends object>(name: string, first: T) {
  const owner = personId.peek();
  const values = signal(first);
  const ready = signal(false);
  const full = signal(false);
  let idempotencyKey = newKey();
  let dropped = false;
  let written = false;
  let empty = first;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const draft: Draft = {
      key: name,
      value: values.peek() as Record<string, unknown>,
      idempotencyKey,
      path: location.pathname + location.search,
      updatedAt: Date.now(),
    };
    if (personId.peek() !== owner) return; // after a sign-out nothing of theirs is kept again
    try {
      await (await databaseOf(owner)).put("drafts", draft);
      full.value = false;
    } catch (cause) {
      full.value = (cause as DOMException).name === "QuotaExceededError";
    }
  }

  return {
    values,
    ready,
    full,
    begin(newer: T) {
      empty = newer;
      if (!written) values.value = newer;
    },
    async load() {
      if (ready.peek()) return;
      const kept = await databaseOf(owner)
        .then((db) => db.get("drafts", name))
        .catch(() => undefined); // without a database the form starts empty
      if (kept && isFresh(kept) && !dropped) {
        values.value = { ...empty, ...(kept.value as T) };
        idempotencyKey = kept.idempotencyKey;
        written = true;
      }
      ready.value = true;
    },
    change(some: Partial<T>) {
      dropped = false;
      written = true;
      values.value = { ...values.peek(), ...some };
      if (navigator.storage?.persist) void navigator.storage.persist();
      writing = writing.then(() => (dropped ? undefined : write()));
    },
    key: () => idempotencyKey,
    async drop() {
      dropped = true;
      written = false;
      await writing;
      values.value = empty;
      idempotencyKey = newKey();
      if (personId.peek() !== owner) return; // deleted with all that was theirs
      await databaseOf(owner)
        .then((db) => db.delete("drafts", name))
        .catch(() => undefined); // without a database there is none
    },
  };
}
