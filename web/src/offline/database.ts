/** The databases on the device: one for visitors, one for each person, so that a sign-out can delete a person's. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { personId } from "../session/person";

export interface SavedCopy {
  key: string;
  value: unknown;
  savedAt: number;
}

export interface Draft {
  key: string;
  value: Record<string, unknown>;
  /** The key that goes with the request that this draft becomes. */
  idempotencyKey: string;
  /** The page that the draft opens on. */
  path: string;
  updatedAt: number;
}

export interface KeptPicture {
  id: string;
  blob: Blob;
  width: number;
  height: number;
  createdAt: number;
  /** The upload, once it is at the API. It serves one purpose, and ends after a day if it is not handed in. */
  upload?: { key: string; purpose: string; at: number };
}

export interface OutboxItem {
  /** The key of the draft that it was. */
  id: string;
  /** The idempotency key; another than the id only after the person decided to send it anew. */
  idempotencyKey: string;
  kind: string;
  /** What it is about, in the person's own words, as the title of a job. */
  title: string;
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** Pictures to upload before; the keys that stay, and theirs, become the field of the body. */
  pictures?: {
    ids: string[];
    /** Keys of pictures that the API has already. */
    stay?: string[];
    purpose: string;
    field: string /** Whether the field takes one key. */;
    one?: boolean;
  };
  /** Items of one object are sent in order. */
  object?: string;
  /** The form to go back to when the API refuses it. */
  editPath?: string;
  state: "waiting" | "sending" | "needs_you";
  /** After 20 hours without an answer: whether the API seems to have it already, which only its owner can tell. */
  doubt?: "seems_sent" | "seems_lost";
  failure?: { status: number; code: string; detail: string; errors: unknown[]; params?: unknown };
  createdAt: number;
  firstTriedAt?: number;
  tries: number;
  nextTryAt: number;
  /** The pause before the next try, in milliseconds. */
  wait?: number;
  /** Whether only a network is missing, so that it is tried at once when there is one. */
  waitsForNetwork?: boolean;
  /** The draft that it was: in the outbox instead of among the drafts, so that its words are in one place. */
  draft?: Draft;
}

export interface Stores extends DBSchema {
  saved: { key: string; value: SavedCopy };
  drafts: { key: string; value: Draft };
  pictures: { key: string; value: KeptPicture };
  outbox: { key: string; value: OutboxItem };
  challenges: { key: string; value: { key: string; [name: string]: unknown } };
}

export type Database = IDBPDatabase<Stores>;

const open = new Map<string, Promise<Database>>();

/** There is nobody whose database it could be: what is private never goes to that of visitors. */
export class Nobody extends Error {}

/** Returns the database of visitors, or of the signed-in person. Throws Nobody. */
export async function database(of: "public" | "private"): Promise<Database> {
  if (of === "public") return databaseOf(null);
  const owner = personId.peek();
  if (!owner) throw new Nobody("nobody is signed in");
  return databaseOf(owner);
}

/** Returns the database of a person, who may have signed out since; null: that of visitors. */
export function databaseOf(owner: string | null): Promise<Database> {
  const name = owner ? `khaya-${owner}` : "khaya";
  let found = open.get(name);
  if (!found) {
    found = openDB<Stores>(name, 1, {
      upgrade(db) {
        db.createObjectStore("saved", { keyPath: "key" });
        db.createObjectStore("drafts", { keyPath: "key" });
        db.createObjectStore("pictures", { keyPath: "id" });
        db.createObjectStore("outbox", { keyPath: "id" });
        db.createObjectStore("challenges", { keyPath: "key" });
      },
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
        open.delete(name);
      },
    });
    open.set(name, found);
    found.catch(() => open.delete(name)); // the next one tries again, as when the phone was full for a moment
  }
  return found;
}

/** Whether something was not kept because the phone is full. */
export function isFull(cause: unknown): boolean {
  return (cause as Partial<DOMException> | null)?.name === "QuotaExceededError";
}

/** Deletes the copies of what a person read. Their drafts, and what is not sent, stay. */
export async function forgetRead(userId: string): Promise<void> {
  await databaseOf(userId)
    .then((db) => db.clear("saved"))
    .catch(() => undefined); // without a database nothing was saved
}

/** Deletes everything that the device keeps of a person. */
export async function deleteDatabase(userId: string): Promise<void> {
  const name = `khaya-${userId}`;
  (await open.get(name))?.close();
  open.delete(name);
  await new Promise<void>((done, fail) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => done();
    request.onerror = () => fail(request.error);
    request.onblocked = () => done(); // the other tab closes it when it hears of the sign-out
  });
}
