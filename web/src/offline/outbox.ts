/** What waits to be sent: each item under one idempotency key, visible to the person, in order for one object. */
import { computed, signal } from "@preact/signals";
import { send } from "../api/client";
import { Refusal, Unreachable } from "../api/problems";
import { person } from "../session/person";
import { database, type OutboxItem } from "./database";
import { dropPictures, type Purpose, uploadPictures } from "./pictures";

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 300_000;

/** The items, oldest first. */
export const outbox = signal<OutboxItem[]>([]);
export const unsent = computed(() => outbox.value.length);

export type NewItem = Pick<OutboxItem, "id" | "kind" | "title" | "method" | "path"> &
  Partial<Pick<OutboxItem, "body" | "headers" | "pictures" | "object" | "editPath">>;

export type Sent =
  | { state: "sent"; answer: unknown }
  | { state: "waiting" }
  | { state: "refused"; refusal: Refusal };

/** Reads the items of the person from the device, and begins to send them. */
export async function openOutbox(): Promise<void> {
  if (!person.peek()) {
    outbox.value = [];
    return;
  }
  const items = await (await database("private")).getAll("outbox");
  outbox.value = items
    .map((item) => (item.state === "sending" ? { ...item, state: "waiting" as const } : item))
    .sort((a, b) => a.createdAt - b.createdAt);
  void sendWaiting();
}

/**
 * Keeps an item and tries to send it at once.
 *
 * Returns "waiting" where the network failed: the item stays, and is sent later. A refused item is taken out again, so
 * that its form can show the errors.
 */
export async function submit(item: NewItem): Promise<Sent> {
  const full: OutboxItem = { ...item, state: "waiting", createdAt: Date.now(), tries: 0, nextTryAt: 0 };
  await put(full);
  const result = await attempt(full.id);
  if (result.state === "refused") await remove(full.id, false);
  return result;
}

/** Sends what waits and is due. Runs at the start, when the phone is online again, and after each success. */
export async function sendWaiting(): Promise<void> {
  for (const item of [...outbox.peek()]) {
    if (item.state !== "waiting" || item.nextTryAt > Date.now()) continue;
    if (firstOfObject(item) !== item.id) continue;
    await attempt(item.id);
  }
}

/** Takes an item out, with its photos, because its owner deletes it or it was sent. */
export async function remove(id: string, withPictures = true): Promise<void> {
  const item = outbox.peek().find((one) => one.id === id);
  outbox.value = outbox.peek().filter((one) => one.id !== id);
  await (await database("private")).delete("outbox", id);
  if (withPictures && item?.pictures) await dropPictures(item.pictures.ids);
}

async function attempt(id: string): Promise<Sent> {
  const item = outbox.peek().find((one) => one.id === id);
  if (!item || item.state === "sending") return { state: "waiting" };
  await put({ ...item, state: "sending", firstTriedAt: item.firstTriedAt ?? Date.now() });
  try {
    const keys = item.pictures
      ? await uploadPictures(item.pictures.ids, item.pictures.purpose as Purpose)
      : [];
    const body = item.pictures ? { ...item.body, [item.pictures.field]: keys } : item.body;
    const answer = await send(item.method, item.path, body, { "Idempotency-Key": item.id, ...item.headers });
    await remove(id);
    void sendWaiting();
    return { state: "sent", answer };
  } catch (cause) {
    if (cause instanceof Unreachable || (cause instanceof Refusal && isPassing(cause))) {
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** item.tries);
      const named = cause instanceof Refusal && cause.retryAfter ? cause.retryAfter * 1000 : 0;
      const nextTryAt = Date.now() + Math.max(wait, named);
      await put({
        ...item,
        state: "waiting",
        firstTriedAt: item.firstTriedAt ?? Date.now(),
        tries: item.tries + 1,
        nextTryAt,
      });
      setTimeout(() => void sendWaiting(), nextTryAt - Date.now());
      return { state: "waiting" };
    }
    if (!(cause instanceof Refusal)) throw cause;
    const failure = {
      status: cause.status,
      code: cause.code,
      detail: cause.problem.detail ?? "",
      errors: cause.errors,
      params: cause.problem.params,
    };
    await put({ ...item, state: "needs_you", failure });
    return { state: "refused", refusal: cause };
  }
}

/** Whether a refusal passes by itself: too often, or a service that is down. */
function isPassing(refusal: Refusal): boolean {
  return refusal.status === 429 || refusal.status >= 500 || refusal.status === 401;
}

function firstOfObject(item: OutboxItem): string {
  if (!item.object) return item.id;
  return outbox.peek().find((one) => one.object === item.object)?.id ?? item.id;
}

async function put(item: OutboxItem): Promise<void> {
  const others = outbox.peek().filter((one) => one.id !== item.id);
  outbox.value = [...others, item].sort((a, b) => a.createdAt - b.createdAt);
  await (await database("private")).put("outbox", item);
}
