/**
 * What waits to be sent: each item under one idempotency key, visible to the person, in order for one object.
 *
 * One tab sends at a time, and the others show what it does.
 */
import { computed, signal } from "@preact/signals";
import { newKey } from "../api/action";
import { reachable, send } from "../api/client";
import { Refusal, Unreachable } from "../api/problems";
import { personId } from "../session/person";
import { databaseOf, Nobody, type OutboxItem } from "./database";
import { dropPictures, NotAPicture, type Purpose, uploadPictures } from "./pictures";
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
tabs.onmessage = () => void readItems().then(plan);

let writes: number[] = [];
let queue: Promise<unknown> = Promise.resolve();
let timer: ReturnType<typeof setTimeout> | undefined;

let wasReachable = true;
reachable.subscribe((now) => {
  if (now && !wasReachable) void sendNow(); // whatever was answered shows that there is a network again
  wasReachable = now;
});

/** Reads the items of the person from the device, and begins to send them. */
export async function openOutbox(): Promise<void> {
  await readItems();
  await sendNow();
}

/**
 * Keeps an item and tries to send it at once.
 *
 * Returns "waiting" where the network failed: the item stays, and is sent later. A refused item is taken out again, so
 * that its form can show the errors. So is one for which the phone has no room.
 */
export async function submit(item: NewItem): Promise<Sent> {
  const owner = personId.peek();
  try {
    await put(
      { ...item, idempotencyKey: item.id, state: "waiting", createdAt: Date.now(), tries: 0, nextTryAt: 0 },
      owner,
    );
  } catch {
    outbox.value = outbox.peek().filter((one) => one.id !== item.id);
    return { state: "refused", refusal: refused(507, "phone_full") };
  }
  return alone(async () => {
    await readItems(true);
    return isFirst(item) ? attempt(item.id, owner, true) : WAITING;
  });
}

/** Sends what waits and is due. */
export async function sendWaiting(): Promise<void> {
  await sendIf((item) => item.nextTryAt <= Date.now());
}

/** Sends what waits and is due, or waits for a network only. Runs at the start, on return, and when there is a network again. */
export async function sendNow(): Promise<void> {
  await sendIf((item) => item.nextTryAt <= Date.now() || item.waitsForNetwork === true);
}

async function sendIf(due: (item: OutboxItem) => boolean): Promise<void> {
  const owner = personId.peek();
  if (!owner) return;
  await alone(async () => {
    await readItems(true); // another tab may have sent some of them meanwhile
    for (const { id } of [...outbox.peek()]) {
      const item = outbox.peek().find((one) => one.id === id);
      if (item?.state === "waiting" && due(item) && isFirst(item)) await attempt(id, owner);
    }
  });
  plan();
}

/** Takes an item out, with its photos, because its owner deletes it or it was sent. */
export async function remove(id: string, withPictures = true): Promise<void> {
  const owner = personId.peek();
  if (!owner) return;
  const item = outbox.peek().find((one) => one.id === id);
  outbox.value = outbox.peek().filter((one) => one.id !== id);
  await (await databaseOf(owner)).delete("outbox", id);
  if (withPictures && item?.pictures) await dropPictures(item.pictures.ids);
  tabs.postMessage("changed");
}

/** Sends an item that needs its owner again; one that may have been sent before goes under a new key. */
export async function sendAgain(id: string): Promise<void> {
  const item = outbox.peek().find((one) => one.id === id);
  if (!item) return;
  const { doubt, failure: _failure, firstTriedAt, ...rest } = item;
  const fresh = doubt ? { idempotencyKey: newKey() } : firstTriedAt ? { firstTriedAt } : {};
  await put({ ...rest, ...fresh, state: "waiting", nextTryAt: 0 }, personId.peek());
  await sendWaiting();
}

/** Tries to send an item; `formIsOpen` says that its form shows a refusal, so that the item need not. */
async function attempt(id: string, owner: string | null, formIsOpen = false): Promise<Sent> {
  const item = outbox.peek().find((one) => one.id === id);
  if (!item || personId.peek() !== owner) return WAITING;
  const firstTriedAt = item.firstTriedAt ?? Date.now();
  if (Date.now() - firstTriedAt > KEY_IN_DOUBT) return doubt(item, owner);
  const wait = untilNextWrite();
  if (wait > 0) return postpone({ ...item, firstTriedAt }, owner, wait);
  try {
    await update({ ...item, state: "sending", firstTriedAt }, owner);
    const answer = await deliver(item, owner);
    if (personId.peek() !== owner) return WAITING; // they signed out, and all that was theirs is deleted
    await remove(id);
    setTimeout(() => void sendWaiting(), 0);
    return { state: "sent", answer };
  } catch (cause) {
    return failed({ ...item, firstTriedAt }, owner, cause, formIsOpen);
  }
}

/** Uploads the photos of an item, then sends it, while its owner is the one who is signed in. */
async function deliver(item: OutboxItem, owner: string | null): Promise<unknown> {
  const { pictures } = item;
  const keys = pictures ? await uploadPictures(pictures.ids, pictures.purpose as Purpose) : [];
  const all = pictures?.one ? keys[0] : [...(pictures?.stay ?? []), ...keys];
  const body = pictures ? { ...item.body, [pictures.field]: all } : item.body;
  if (personId.peek() !== owner) throw new Unreachable("its owner signed out");
  writes.push(Date.now());
  return send(item.method, item.path, body, { "Idempotency-Key": item.idempotencyKey, ...item.headers });
}

/** Decides what becomes of an item that did not arrive. No item stays "sending". */
async function failed(
  item: OutboxItem,
  owner: string | null,
  cause: unknown,
  formIsOpen: boolean,
): Promise<Sent> {
  const refusal = cause instanceof NotAPicture ? refused(422, "photos_missing") : cause;
  if (!(refusal instanceof Refusal) || isPassing(refusal)) {
    const named = refusal instanceof Refusal ? (refusal.retryAfter ?? 0) * 1000 : 0;
    const doubled = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** item.tries);
    const waitsForNetwork = refusal instanceof Unreachable;
    if (!waitsForNetwork && !(refusal instanceof Refusal)) setTimeout(() => reportError(cause), 0); // a fault of ours
    return postpone({ ...item, tries: item.tries + 1, waitsForNetwork }, owner, Math.max(named, doubled));
  }
  const { status, code, errors, problem } = refusal;
  const failure = { status, code, errors, detail: problem.detail ?? "", params: problem.params };
  if (formIsOpen && personId.peek() === owner) await remove(item.id, false);
  else await update({ ...item, state: "needs_you", failure }, owner);
  return { state: "refused", refusal };
}

/** Returns a refusal by the phone itself. */
function refused(status: number, code: string): Refusal {
  return new Refusal(new Response(null, { status }), { code });
}

/** Asks the owner about an item whose key the API may have forgotten. */
async function doubt(item: OutboxItem, owner: string | null): Promise<Sent> {
  try {
    const found = await seemsSent(item);
    await update({ ...item, state: "needs_you", doubt: found ? "seems_sent" : "seems_lost" }, owner);
  } catch (cause) {
    if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
    return postpone(item, owner, LONGEST_WAIT);
  }
  return WAITING;
}

async function postpone(item: OutboxItem, owner: string | null, wait: number): Promise<Sent> {
  await update({ ...item, state: "waiting", nextTryAt: Date.now() + wait }, owner);
  plan();
  return WAITING;
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

/** Whether no earlier item of the same object is on its way. One that needs its owner holds up none. */
function isFirst(item: Pick<OutboxItem, "id" | "object">): boolean {
  if (!item.object) return true;
  const first = outbox.peek().find((one) => one.object === item.object && one.state !== "needs_you");
  return first?.id === item.id;
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

/** Reads the items; `isAlone` says that no tab sends, so that what was being sent when a page ended waits again. */
async function readItems(isAlone = false): Promise<void> {
  const owner = personId.peek();
  if (!owner) {
    outbox.value = [];
    return;
  }
  const items = await (await databaseOf(owner)).getAll("outbox");
  if (personId.peek() !== owner) return;
  outbox.value = items
    .map((item) => (isAlone && item.state === "sending" ? { ...item, state: "waiting" as const } : item))
    .sort((a, b) => a.createdAt - b.createdAt);
}

/** Keeps a change of an item, unless its owner has deleted it meanwhile. */
async function update(item: OutboxItem, owner: string | null): Promise<void> {
  if (personId.peek() !== owner || !outbox.peek().some((one) => one.id === item.id)) return;
  try {
    await put(item, owner);
  } catch {
    return; // a full phone keeps the item as it was before, and the change in memory
  }
}

/** Keeps an item in the database of its owner. Throws where there is none, or no room. */
async function put(item: OutboxItem, owner: string | null): Promise<void> {
  if (!owner || personId.peek() !== owner) throw new Nobody("nobody is signed in");
  const others = outbox.peek().filter((one) => one.id !== item.id);
  outbox.value = [...others, item].sort((a, b) => a.createdAt - b.createdAt);
  await (await databaseOf(owner)).put("outbox", item);
  tabs.postMessage("changed");
}
