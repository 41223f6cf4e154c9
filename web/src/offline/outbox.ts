/**
 * What waits to be sent: each item under one idempotency key, visible to the person, in order for one object.
 *
 * One tab sends at a time, and the others show what it does.
 */
import { computed, signal } from "@preact/signals";
import { newKey } from "../api/action";
import { reachable, send } from "../api/client";
import { now } from "../api/clock";
import { Refusal, Unreachable } from "../api/problems";
import { personId } from "../session/person";
import { type Draft, databaseOf, isFull, Nobody, type OutboxItem } from "./database";
import { forgetDraft, keepDraft } from "./keptDrafts";
import { dropPictures, NotAPicture, type Purpose, uploadPictures } from "./pictures";
import { changedBefore, seemsSent } from "./seemsSent";

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
tabs.onmessage = ({ data }: MessageEvent<{ id: string; answer: unknown } | "changed">) => {
  if (data !== "changed") tell(data.id, data.answer);
  void readItems().then(plan);
};

const awaited = new Map<string, (answer: unknown) => void>();

/** Tells the form of a waiting item its answer, when it has arrived from this tab or another. */
export function whenSent(id: string, told: (answer: unknown) => void): void {
  awaited.set(id, told);
}

function tell(id: string, answer: unknown): void {
  awaited.get(id)?.(answer);
  awaited.delete(id);
}

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
 * Keeps an item in the place of its draft, and tries to send it at once.
 *
 * Returns "waiting" where the network failed: the item stays, and is sent later. A refused item becomes a draft again, so
 * that its form can show the errors. One for which the phone has no room is sent all the same, but cannot wait.
 */
export async function submit(item: NewItem, draft?: Draft): Promise<Sent> {
  const owner = personId.peek();
  const fresh: OutboxItem = {
    ...item,
    ...(draft ? { draft } : {}),
    idempotencyKey: item.id,
    state: "waiting",
    createdAt: now(),
    tries: 0,
    nextTryAt: 0,
  };
  try {
    await put(fresh, owner, draft);
  } catch (cause) {
    outbox.value = outbox.peek().filter((one) => one.id !== item.id);
    if (!isFull(cause)) return { state: "refused", refusal: refused(507, "phone_full") };
    return alone(() => sendUnkept(fresh, owner));
  }
  return alone(async () => {
    await readItems(true);
    return isFirst(item) ? attempt(item.id, owner, true) : WAITING;
  });
}

/** Sends an item that the phone has no room for. What does not arrive stays in its form, under the same key. */
async function sendUnkept(item: OutboxItem, owner: string | null): Promise<Sent> {
  const before = outbox.peek().some((one) => one.object === item.object && one.state !== "needs_you");
  if (item.object && before) return { state: "refused", refusal: refused(507, "not_kept") };
  try {
    const answer = await deliver(item, owner);
    if (item.pictures) await dropPictures(item.pictures.ids).catch(() => undefined);
    return { state: "sent", answer };
  } catch (cause) {
    if (cause instanceof Refusal) return { state: "refused", refusal: cause };
    if (cause instanceof NotAPicture) return { state: "refused", refusal: refused(422, "photos_missing") };
    if (cause instanceof Unreachable) return { state: "refused", refusal: refused(507, "not_kept") };
    throw cause;
  }
}

/** Sends what waits and is due. */
export async function sendWaiting(): Promise<void> {
  await sendIf(isDue);
}

/** A time further away than any pause was set by another clock, as when the phone's was put right. */
function isDue(item: OutboxItem): boolean {
  const wait = item.nextTryAt - Date.now();
  return wait <= 0 || wait > (item.wait ?? LONGEST_WAIT) + 1_000;
}

/** Sends what waits and is due, or waits for a network only. Runs at the start, on return, and when there is a network again. */
export async function sendNow(): Promise<void> {
  await sendIf((item) => isDue(item) || item.waitsForNetwork === true);
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
  const firstTriedAt = item.firstTriedAt ?? now();
  if (now() - firstTriedAt > KEY_IN_DOUBT) return doubt(item, owner);
  const wait = untilNextWrite();
  if (wait > 0) return postpone({ ...item, firstTriedAt }, owner, wait);
  try {
    await update({ ...item, state: "sending", firstTriedAt }, owner);
    const answer = await deliver(item, owner);
    return await arrived(item, owner, answer);
  } catch (cause) {
    return failed({ ...item, firstTriedAt }, owner, cause, formIsOpen);
  }
}

/** Takes an item out that is at the API, and tells its form. */
async function arrived({ id }: OutboxItem, owner: string | null, answer: unknown): Promise<Sent> {
  if (personId.peek() !== owner) return WAITING; // they signed out, and all that was theirs is deleted
  await remove(id);
  tell(id, answer);
  tabs.postMessage({ id, answer });
  setTimeout(() => void sendWaiting(), 0);
  return { state: "sent", answer };
}

/** Uploads the photos of an item, then sends it, while its owner is the one who is signed in. */
async function deliver(item: OutboxItem, owner: string | null): Promise<unknown> {
  const { pictures } = item;
  const keys = pictures ? await uploadPictures(pictures.ids, pictures.purpose as Purpose) : [];
  const stay = pictures?.stay ?? []; // after an answer that was lost, new ones may be there already
  const all = pictures?.one ? keys[0] : [...stay, ...keys.filter((key) => !stay.includes(key))];
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
  if (status === 412 && !formIsOpen) {
    const there = await changedBefore(item).catch(() => undefined); // its form compares, once it is opened
    if (there) return arrived(item, owner, there);
  }
  const failure = { status, code, errors, detail: problem.detail ?? "", params: problem.params };
  if (formIsOpen && personId.peek() === owner) await giveBack(item, owner);
  else await update({ ...item, state: "needs_you", failure }, owner);
  return { state: "refused", refusal };
}

/** Makes an item the draft again that it was; its form is open and shows why. */
async function giveBack(item: OutboxItem, owner: string | null): Promise<void> {
  if (item.draft && owner) await keepDraft(await databaseOf(owner), item.draft).catch(() => undefined); // a full phone
  await remove(item.id, false);
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
  await update({ ...item, state: "waiting", nextTryAt: Date.now() + wait, wait }, owner);
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
  const wait = Math.min(...times) - Date.now();
  timer = setTimeout(() => void sendWaiting(), Math.min(LONGEST_WAIT, Math.max(250, wait)));
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

/** Keeps an item in the database of its owner, in the place of a draft. Throws where there is none, or no room. */
async function put(item: OutboxItem, owner: string | null, draft?: Draft): Promise<void> {
  if (!owner || personId.peek() !== owner) throw new Nobody("nobody is signed in");
  const others = outbox.peek().filter((one) => one.id !== item.id);
  outbox.value = [...others, item].sort((a, b) => a.createdAt - b.createdAt);
  const writing = (await databaseOf(owner)).transaction(["outbox", "drafts"], "readwrite");
  await Promise.all([
    writing.objectStore("outbox").put(item),
    draft && forgetDraft(writing.objectStore("drafts"), draft),
    writing.done,
  ]);
  tabs.postMessage("changed");
}
