/** Copies of what was read, for the next start and for times without a network. */
import { has, personId, sharedPhone } from "../session/person";
import { database } from "./database";

const DAYS_KEPT = 30;

// A phone that turns out to be shared keeps nothing of what was saved before the answer.
sharedPhone.subscribe((shared) => {
  if (shared && personId.peek()) void forgetSaved();
});

/** Returns the saved copy of a key, or undefined. */
export async function readSaved<T>(
  keep: "public" | "private",
  key: string,
): Promise<{ value: T; savedAt: number } | undefined> {
  if (keep === "private" && sharedPhone.peek()) return undefined;
  try {
    const found = await (await database(keep)).get("saved", key);
    return found as { value: T; savedAt: number } | undefined;
  } catch {
    return undefined; // without a database, as in some private windows, the API's answer is all there is
  }
}

/** Saves a copy; a full or missing database loses only the copy. */
export async function writeSaved(keep: "public" | "private", key: string, value: unknown): Promise<void> {
  // An admin sees more than the parties of a job, so their device keeps no copies at all.
  if (keep === "private" && (sharedPhone.peek() || has("admin"))) return;
  try {
    await (await database(keep)).put("saved", { key, value: withoutSignedLinks(value), savedAt: Date.now() });
  } catch {
    return; // the copy is a convenience: what was read is already on the screen
  }
}

/** Returns a copy in which signed links are null: they are secrets, and they end within minutes. */
function withoutSignedLinks(value: unknown): unknown {
  const text = JSON.stringify(value, (_name, one) =>
    typeof one === "string" && /^https?:.*[?&]X-Amz-Signature=/.test(one) ? null : one,
  );
  return text === undefined ? value : JSON.parse(text);
}

async function forgetSaved(): Promise<void> {
  try {
    await (await database("private")).clear("saved");
  } catch {
    return; // without a database nothing was saved
  }
}

/** Deletes copies that nobody read again for a month. */
export async function deleteOldCopies(keep: "public" | "private"): Promise<void> {
  const db = await database(keep);
  for (const copy of await db.getAll("saved"))
    if (copy.savedAt < Date.now() - DAYS_KEPT * 86_400_000) await db.delete("saved", copy.key);
}
