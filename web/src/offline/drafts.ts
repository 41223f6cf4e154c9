/** What somebody is writing, kept from the first key on, so that no word is lost when the page ends. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { newKey } from "../api/action";
import { personId } from "../session/person";
import { type Draft, database, databaseOf, isFull } from "./database";
import { BESIDE, forgetDraft, keepDraft } from "./keptDrafts";
import { daysKept } from "./oldDrafts";
import { adoptPictures, dropPictures } from "./pictures";
import { formIsOpen } from "./updates";

const DAY = 86_400_000;

export interface DraftOf<T> {
  /** The values of the form. */
  readonly values: Signal<T>;
  /** Whether the kept draft was read; forms show their fields then. */
  readonly ready: ReadonlySignal<boolean>;
  /** Whether the device has no room for the draft. */
  readonly full: ReadonlySignal<boolean>;
  /** Whether its owner has written nothing in it yet. */
  readonly untouched: ReadonlySignal<boolean>;
  /** Changes some values and keeps them. */
  change(some: Partial<T>): void;
  /** Waits until the device has what was written, if it has room. */
  kept(): Promise<void>;
  /** The draft as the device keeps it. */
  record(): Draft;
  /** The idempotency key of the request that this draft becomes. */
  key(): string;
  /** Gives the draft a new key, because the API knows the old one with other words. */
  renew(): void;
  /** Forgets the draft, when its owner drops it. */
  drop(): Promise<void>;
  /**
   * Forgets what was sent. What was changed since, as by a photo that was still being made small, stays as another draft:
   * `rest` says what is left of it, and null that nothing is.
   */
  sent(values: T, rest?: (now: T, sent: T) => T | null): Promise<void>;
}

/** Drafts for which the device has no room, by owner and name: they last as long as the page. */
const unkept = new Map<string, Draft>();

/** The writes that are under way, by owner and name: a form that is opened again waits for those of the one before. */
const underWay = new Map<string, Promise<void>>();

// What one person wrote is gone from the page with them.
personId.subscribe((now) => {
  for (const place of [...unkept.keys()])
    if (!place.startsWith(" ") && !place.startsWith(`${now} `)) unkept.delete(place);
});

interface Loading<T> {
  /** Begins from newer values, until something is written. */
  begin(newer: T): void;
  load(): Promise<void>;
}

const fullForms = signal(0);
/** Whether a form is open whose words the device cannot keep. */
export const cannotKeep = computed(() => fullForms.value > 0);

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
    const closed = formIsOpen();
    const counted = countWhile(draft.full);
    return () => {
      closed();
      counted();
    };
  }, [draft]);
  return draft;
}

/** Returns the drafts that are kept, newest first. */
export async function allDrafts(): Promise<Draft[]> {
  const drafts = await (await databaseOf(personId.peek())).getAll("drafts");
  return drafts.filter(isFresh).sort((a, b) => b.updatedAt - a.updatedAt);
}

/**
 * Moves what a visitor wrote to the person who signed in.
 *
 * It opens in its form; what the person had begun there before is kept beside it.
 */
export async function adoptDrafts(): Promise<void> {
  const owner = personId.peek();
  if (!owner) return;
  for (const [place, draft] of [...unkept])
    if (place === placeOf(null, draft.key)) {
      unkept.delete(place);
      unkept.set(placeOf(owner, draft.key), draft);
    }
  const [from, to] = [await database("public"), await database("private")];
  for (const draft of await from.getAll("drafts")) {
    const full = await keepDraft(to, draft).then(
      () => false,
      () => true,
    );
    await from.delete("drafts", draft.key); // on a full phone that makes the room
    if (full) await keepDraft(to, draft).catch(() => unkept.set(placeOf(owner, draft.key), draft));
  }
  await adoptPictures(from, owner);
}

/**
 * Adds kept photos to a draft, which may be new, and returns those for which it has no room.
 *
 * Its form is not open: an open one keeps its own values.
 */
export async function addPhotos(name: string, path: string, ids: string[], most: number): Promise<string[]> {
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

/** Opens a draft in its form: one that was kept beside another takes its place there, and the other is kept. */
export async function takeUp(draft: Draft): Promise<void> {
  if (!draft.key.startsWith(BESIDE)) return;
  const key = draft.key.slice(BESIDE.length + draft.idempotencyKey.length + 1);
  await keepDraft(await databaseOf(personId.peek()), { ...draft, key });
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

function placeOf(owner: string | null, name: string): string {
  return `${owner ?? ""} ${name}`;
}

/** Counts a form among those that cannot be kept while it is so; returns what ends the counting. */
function countWhile(full: ReadonlySignal<boolean>): () => void {
  let counted = 0;
  const set = (now: number) => {
    fullForms.value += now - counted;
    counted = now;
  };
  const stop = full.subscribe((now) => set(now ? 1 : 0));
  return () => {
    stop();
    set(0);
  };
}

function open<T extends object>(name: string, first: T): DraftOf<T> & Loading<T> {
  const owner = personId.peek();
  const place = placeOf(owner, name);
  const values = signal(first);
  const ready = signal(false);
  const full = signal(false);
  const untouched = signal(true);
  let idempotencyKey = newKey();
  let dropped = false;
  let empty = first;
  let writing: Promise<void> = Promise.resolve();

  function record(): Draft {
    const value = values.peek() as Record<string, unknown>;
    const path = location.pathname + location.search;
    return { key: name, value, idempotencyKey, path, updatedAt: Date.now() };
  }

  async function write(): Promise<void> {
    const draft = record();
    if (personId.peek() !== owner) return; // after a sign-out nothing of theirs is kept again
    try {
      await keepDraft(await databaseOf(owner), draft);
      full.value = false;
      unkept.delete(place);
    } catch (cause) {
      full.value = isFull(cause);
      if (personId.peek() === owner && !dropped) unkept.set(place, draft);
    }
  }

  function forget(last: Pick<Draft, "key" | "idempotencyKey">): Promise<void> {
    return databaseOf(owner)
      .then((db) => forgetDraft(db.transaction(["drafts"], "readwrite").objectStore("drafts"), last))
      .catch(() => undefined); // without a database there is none
  }

  const draft: DraftOf<T> & Loading<T> = {
    values,
    ready,
    full,
    begin(newer: T) {
      empty = newer;
      if (untouched.peek()) values.value = newer;
    },
    untouched,
    record,
    kept: () => writing,
    async load() {
      if (ready.peek()) return;
      await underWay.get(place);
      const onDevice = await databaseOf(owner)
        .then((db) => db.get("drafts", name))
        .catch(() => undefined); // without a database the form starts empty
      const kept = unkept.get(place) ?? onDevice;
      if (unkept.has(place)) full.value = true;
      if (kept && isFresh(kept) && !dropped && untouched.peek()) {
        values.value = { ...empty, ...(kept.value as T) };
        idempotencyKey = kept.idempotencyKey;
        untouched.value = false;
      }
      ready.value = true;
    },
    change(some: Partial<T>) {
      dropped = false;
      untouched.value = false;
      values.value = { ...values.peek(), ...some };
      if (navigator.storage?.persist) void navigator.storage.persist();
      writing = writing.then(() => (dropped ? undefined : write()));
      underWay.set(place, writing);
    },
    key: () => idempotencyKey,
    renew() {
      const last = { key: name, idempotencyKey };
      idempotencyKey = newKey();
      writing = writing.then(() => forget(last));
    },
    async drop() {
      dropped = true;
      await writing;
      values.value = empty;
      untouched.value = true;
      full.value = false;
      unkept.delete(place);
      const last = { key: name, idempotencyKey };
      idempotencyKey = newKey();
      if (personId.peek() !== owner) return; // deleted with all that was theirs
      await forget(last);
    },
    async sent(was: T, rest = (now: T) => now) {
      const now = values.peek();
      const left = now === was ? null : rest(now, was);
      await draft.drop();
      if (left) draft.change(left);
    },
  };
  return draft;
}
