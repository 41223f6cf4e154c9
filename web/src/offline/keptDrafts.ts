/** Where drafts stand on the device: one under each name, and others of the same form beside it. */
import type { IDBPObjectStore } from "idb";
import type { Database, Draft, Stores } from "./database";

/** Begins the names of drafts that stand beside another of the same form. */
export const BESIDE = "earlier/";

type Drafts = IDBPObjectStore<Stores, ("drafts" | "outbox")[], "drafts", "readwrite">;

/** Returns the name of a draft beside another one. */
export function besideOf({ idempotencyKey, key }: Pick<Draft, "idempotencyKey" | "key">): string {
  return `${BESIDE}${idempotencyKey}/${key}`;
}

/** Keeps a draft under its name. Another one that stands there, as of another tab, is kept beside it. */
export async function keepDraft(db: Database, draft: Draft): Promise<void> {
  const writing = db.transaction(["drafts"], "readwrite");
  writing.done.catch(() => undefined); // the write that failed says why
  const drafts = writing.objectStore("drafts");
  const other = await drafts.get(draft.key);
  if (other?.idempotencyKey !== draft.idempotencyKey) {
    if (other) await drafts.put({ ...other, key: besideOf(other) });
    await drafts.delete(besideOf(draft));
  }
  await drafts.put(draft);
  await writing.done;
}

/** Forgets a draft, wherever it stands, and none of another tab. */
export async function forgetDraft(
  drafts: Drafts,
  draft: Pick<Draft, "idempotencyKey" | "key">,
): Promise<void> {
  const there = await drafts.get(draft.key);
  if (there?.idempotencyKey === draft.idempotencyKey) await drafts.delete(draft.key);
  await drafts.delete(besideOf(draft));
}
