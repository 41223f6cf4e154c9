/** Deletes drafts, their photos, and what else was kept for a later page, when their time is over. */
import { personId, sharedPhone } from "../session/person";
import { databaseOf } from "./database";
import { deleteOldShared } from "./sharedFiles";

const DAY = 86_400_000;
const DAYS = 30;
const PREFIX = "khaya-";

/** Returns how many days a draft is kept: one on a phone that several people use. */
export function daysKept(): number {
  return sharedPhone.peek() ? 1 : DAYS;
}

/**
 * Deletes what is too old: of visitors, of the person, and on a shared phone of each person who left without signing out,
 * whose unsent things go too.
 */
export async function deleteOldDrafts(): Promise<void> {
  await deleteOldShared().catch(() => undefined); // a browser without storage keeps nothing
  for (const owner of new Set([null, personId.peek(), ...(await othersHere())])) {
    try {
      await deleteOldOf(owner);
    } catch {
      return; // without a database, as in some private windows, there is nothing to delete
    }
  }
}

async function othersHere(): Promise<string[]> {
  if (!sharedPhone.peek() || !indexedDB.databases) return [];
  const all = await indexedDB.databases();
  return all.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
}

async function deleteOldOf(owner: string | null): Promise<void> {
  const db = await databaseOf(owner);
  const oldest = Date.now() - daysKept() * DAY;
  const used = new Set<unknown>();
  const hasLeft = owner !== null && owner !== personId.peek();
  for (const { id, createdAt, pictures } of await db.getAll("outbox"))
    if (hasLeft && createdAt < oldest) await db.delete("outbox", id);
    else for (const picture of pictures?.ids ?? []) used.add(picture);
  for (const { key, endsAt } of await db.getAll("challenges"))
    if (Number(endsAt) < Date.now()) await db.delete("challenges", key);
  for (const draft of await db.getAll("drafts")) {
    if (draft.updatedAt < oldest) await db.delete("drafts", draft.key);
    else if (Array.isArray(draft.value.photos)) for (const id of draft.value.photos) used.add(id);
  }
  for (const picture of await db.getAll("pictures"))
    if (picture.createdAt < oldest && !used.has(picture.id)) await db.delete("pictures", picture.id);
}
