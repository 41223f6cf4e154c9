/**
 * What waits to be sent: each item under one idempotency key, visible to the person, in order for one object.
 *
 * One tab sends at a time, and the others show what it does.
 */
import { computed, signal } from "@preact/signals";
import { newKey } from "../api/action";
import { send } from "../api/client";
import { Refusal, Unreachable } from "../api/problems";
import { person } from "../session/person";
import { database, type OutboxItem } from "./database";
import { dropPictures, type Purpose, uploadPictures } from "./pictures";
import { seemsSent } from "./seemsSent";

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 300_000;
const WRITES_A_MINUTE = 15;
/** The API forgets a key after 24 hours; from this age on a repeat might be a second act. */
const KEY_IN_DOUBT = 20 * 3_600_000;

/** The items, oldest first. */
export const outbox = signal<OutboxItem[]>([]);
export const unsent = computed(() => outbox.value.length);

export type NewItem = Pick<OutboxItem, "id" | "kind" | "title" | "method" | "path"> &
  Partial<Pick<OutboxItem, "body" | "headers" | "pictures" | "object" | "editPath">>;

export type Sent =
  | { state: "sent"; answer: unknown }
  | { state: "waiting" }
  | { state: "refused"; refusal: Refusal };

const WAITING: Sent = { state: "waiting" };

const tabs = new BroadcastChannel("khaya-outbox");
tabs.onmessage = () => void readItems();

let writes: number[] = [];
let queue: Promise<unknown> = Promise.resolve();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Reads the items of the person from the device, and begins to send them. */
export async function openOutbox(): Promise<void> {
  await readItems();
  await sendWaiting();
}

/**
 * Keeps an item and tries to send it at once.
 *
 * Returns "waiting" where the network failed: the item stays, and is sent later. A refused item is taken out again, so
 * that its form can show the errors.
 */
export async function submit(item: NewItem): Promise<Sent> {
  await put({
    ...item,
    idempotencyKey: item.id,
    state: "waiting",
    createdAt: Date.now(),
    tries: 0,
    nextTryAt: 0,
  });
  return alone(() => (isFirst(item) ? attempt(item.id, true) : Promise.resolve(WAITING)));
}

/** Sends what waits and is due. Runs at the start, when the phone is online again, and after each success. */
export async function sendWaiting(): Promise<void> {
  if (!person.peek()) return;
  await alone(async () => {
    for (const { id } of [...outbox.peek()]) {
      const item = outbox.peek().find((one) => one.id === id);
      if (item?.state === "waiting" && item.nextTryAt <= Date.now() && isFirst(item)) await attempt(id);
    }
  });
  plan();
}

/** Takes an item out, with its photos, because its owner deletes it or it was sent. */
export async function remove(id: string, withPictures = true): Promise<void> {
  const item = outbox.peek().find((one) => one.id === id);
  outbox.value = outbox.peek().filter((one) => one.id !== id);
  await (await database("private")).delete("outbox", id);
  if (withPictures && item?.pictures) await dropPictures(item.pictures.ids);
  tabs.postMessage("changed");
}

/** Sends an item that needs its owner again; one that may have been sent before goes under a new key. */
export async function sendAgain(id: string): Promise<void> {
  const item = outbox.peek().find((one) => one.id === id);
  if (!item) return;
  const { doubt, failure: _failure, firstTriedAt, ...rest } = item;
  const fresh = doubt ? { idempotencyKey: newKey() } : firstTriedAt ? { firstTriedAt } : {};
  await put({ ...rest, ...fresh, state: "waiting", nextTryAt: 0 });
  await sendWaiting();
}

/** Tries to send an item; `formIsOpen` says that its form shows a refusal, so that the item need not. */
async function attempt(id: string, formIsOpen = false): Promise<Sent> {
  const item = outbox.peek().find((one) => one.id === id);
  if (!item) return { state: "waiting" };
  const firstTriedAt = item.firstTriedAt ?? Date.now();
  if (Date.now() - firstTriedAt > KEY_IN_DOUBT) return doubt(item);
  const wait = untilNextWrite();
  if (wait > 0) return postpone({ ...item, firstTriedAt }, wait);
  await put({ ...item, state: "sending", firstTriedAt });
  try {
    const keys = item.pictures
      ? await uploadPictures(item.pictures.ids, item.pictures.purpose as Purpose)
      : [];
    const body = item.pictures
      ? { ...item.body, [item.pictures.field]: item.pictures.one ? keys[0] : keys }
      : item.body;
    writes.push(Date.now());
    const answer = await send(item.method, item.path, body, {
      "Idempotency-Key": item.idempotencyKey,
      ...item.headers,
    });
    await remove(id);
    setTimeout(() => void sendWaiting(), 0);
    return { state: "sent", answer };
  } catch (cause) {
    if (cause instanceof Unreachable || (cause instanceof Refusal && isPassing(cause))) {
      const named = cause instanceof Refusal ? (cause.retryAfter ?? 0) * 1000 : 0;
      const doubled = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** item.tries);
      return postpone({ ...item, firstTriedAt, tries: item.tries + 1 }, Math.max(named, doubled));
    }
    if (!(cause instanceof Refusal)) throw cause;
    const { status, code, errors, problem } = cause;
    const failure = { status, code, errors, detail: problem.detail ?? "", params: problem.params };
    if (formIsOpen) await remove(id, false);
    else await put({ ...item, state: "needs_you", firstTriedAt, failure });
    return { state: "refused", refusal: cause };
  }
}

/** Asks the owner about an item whose key the API may have forgotten. */
async function doubt(item: OutboxItem): Promise<Sent> {
  try {
    const found = await seemsSent(item);
    await put({ ...item, state: "needs_you", doubt: found ? "seems_sent" : "seems_lost" });
  } catch (cause) {
    if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
    return postpone(item, LONGEST_WAIT);
  }
  return { state: "waiting" };
}

async function postpone(item: OutboxItem, wait: number): Promise<Sent> {
  await put({ ...item, state: "waiting", nextTryAt: Date.now() + wait });
  plan();
  return { state: "waiting" };
}

/** Sets the one timer to the next item that is due. */
function plan(): void {
  clearTimeout(timer);
  const times = outbox
    .peek()
    .filter((one) => one.state === "waiting" && isFirst(one))
    .map((one) => one.nextTryAt);
  if (!times.length) return;
  timer = setTimeout(() => void sendWaiting(), Math.max(250, Math.min(...times) - Date.now()));
}

/** Whether a refusal passes by itself: too often, a service that is down, or a session that is being renewed. */
function isPassing(refusal: Refusal): boolean {
  return refusal.status === 429 || refusal.status >= 500 || refusal.status === 401 || refusal.status === 408;
}

function isFirst(item: Pick<OutboxItem, "id" | "object">): boolean {
  if (!item.object) return true;
  return outbox.peek().find((one) => one.object === item.object)?.id === item.id;
}

function untilNextWrite(): number {
  writes = writes.filter((at) => at > Date.now() - 60_000);
  return writes.length < WRITES_A_MINUTE ? 0 : (writes[0] ?? 0) + 60_000 - Date.now();
}

/** Runs one piece of work after the other, in all tabs where the browser has locks, else in this one. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request("khaya-outbox", work) as Promise<T>;
  const mine = queue.then(work, work);
  queue = mine.catch(() => undefined);
  return mine;
}

async function readItems(): Promise<void> {
  if (!person.peek()) {
    outbox.value = [];
    return;
  }
  const items = await (await database("private")).getAll("outbox");
  // An item that was being sent when the page ended is sent again under its key.
  outbox.value = items
    .map((item) => (item.state === "sending" ? { ...item, state: "waiting" as const } : item))
    .sort((a, b) => a.createdAt - b.createdAt);
}

async function put(item: OutboxItem): Promise<void> {
  const others = outbox.peek().filter((one) => one.id !== item.id);
  outbox.value = [...others, item].sort((a, b) => a.createdAt - b.createdAt);
  await (await database("private")).put("outbox", item);
  tabs.postMessage("changed");
}
