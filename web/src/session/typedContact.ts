/**
 * The phone number or e-mail address on the page of the sign-in, until the code is sent: a phone short of memory may end
 * the page before. It is no draft, which would be listed, and it ends after ten minutes: others may use the phone too.
 */
import { database } from "../offline/database";

export interface TypedContact {
  contact: string;
  byEmail: boolean;
}

const KEY = "typed-contact";
const LASTS = 600_000;

/** Keeps what is typed. */
export async function keepContact(typed: TypedContact): Promise<void> {
  await database("public")
    .then((db) => db.put("challenges", { key: KEY, ...typed, endsAt: Date.now() + LASTS }))
    .catch(() => undefined); // without room it lasts as long as the page
}

/** Returns what was typed in the last minutes, or null. */
export async function typedContact(): Promise<TypedContact | null> {
  const kept = await database("public")
    .then((db) => db.get("challenges", KEY) as Promise<unknown>)
    .catch(() => undefined);
  const found = kept as (TypedContact & { endsAt: number }) | undefined;
  return found && found.endsAt > Date.now() ? found : null;
}

/** Forgets it, because the code is sent. */
export async function forgetContact(): Promise<void> {
  await database("public")
    .then((db) => db.delete("challenges", KEY))
    .catch(() => undefined);
}
