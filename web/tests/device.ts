/** Empties what the app keeps, for tests that begin anew. */
import { forget } from "../src/api/query";
import { database } from "../src/offline/database";
import { outbox } from "../src/offline/outbox";

export async function emptyDevice(): Promise<void> {
  forget();
  outbox.value = [];
  const db = await database("private");
  for (const store of ["drafts", "outbox", "saved", "pictures"] as const) await db.clear(store);
}
