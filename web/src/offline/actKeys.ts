/**
 * The idempotency keys of acts whose answer never came, as of a payment: kept, because the page may end meanwhile, and
 * the same act by the next page must not count twice.
 */
import { now } from "../api/clock";
import { database } from "./database";

/** The API forgets a key after 24 hours. */
const LASTS = 20 * 3_600_000;

interface ActKey {
  key: string;
  idempotencyKey: string;
  /** When it is of no use any more, in milliseconds since 1970. */
  endsAt: number;
}

/** Returns the key that an act was tried under before, or keeps a new one. Without room on the phone it is only new. */
export async function keyOfAct(act: string, fresh: string): Promise<string> {
  try {
    const db = await database("private");
    const kept = (await db.get("challenges", act)) as unknown as ActKey | undefined;
    if (kept && now() < kept.endsAt) return kept.idempotencyKey;
    await db.put("challenges", { key: act, idempotencyKey: fresh, endsAt: now() + LASTS });
  } catch {
    return fresh;
  }
  return fresh;
}

/** Forgets the key of an act that has worked. */
export async function forgetAct(act: string): Promise<void> {
  await database("private")
    .then((db) => db.delete("challenges", act))
    .catch(() => undefined); // without a database nothing was kept
}
