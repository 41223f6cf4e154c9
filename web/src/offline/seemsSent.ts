/** Whether the API seems to have what an old item of the outbox would do, by the lists of one's own things. */
import { api, ask, send } from "../api/client";
import { person } from "../session/person";
import type { OutboxItem } from "./database";

interface Own {
  createdAt?: string | null;
  title?: string;
  text?: string;
  jobId?: string;
  listingId?: string;
  status?: string;
  reviewerId?: string;
}

const newest = { params: { query: { limit: 50 } } } as const;

const LISTS: Record<string, (item: OutboxItem) => Promise<Own[]>> = {
  job: async () => (await ask(api.GET("/jobs/mine", newest))).items,
  bid: async () => (await ask(api.GET("/bids/mine", newest))).items,
  listing: async () => (await ask(api.GET("/listings/mine", newest))).items,
  story: async () => (await ask(api.GET("/stories/mine", newest))).items,
  reminder: async () => (await ask(api.GET("/reminders", newest))).items,
  review: async (item) => ((await send("GET", item.path, undefined, {})) as { items: Own[] }).items,
  enquiry: async () =>
    (await ask(api.GET("/enquiries/mine", { params: { query: { as: "buyer", limit: 50 } } }))).items,
};

/** Returns whether one of one's own things looks like the item. An item without a list counts as not sent. */
export async function seemsSent(item: OutboxItem): Promise<boolean> {
  if (item.kind === "submission") return handedIn(item);
  const list = LISTS[item.kind];
  return list ? (await list(item)).some((own) => looksLike(own, item)) : false;
}

/**
 * Returns the object as it is now, if a change of it stands there as it was written: its answer was lost, and the repeat
 * was refused for its version. Returns undefined otherwise; photos cannot be compared.
 */
export async function changedBefore(item: OutboxItem): Promise<unknown> {
  if (item.pictures) return undefined;
  const there = (await send("GET", item.path, undefined, {})) as Record<string, unknown>;
  const isSame = ([name, value]: [string, unknown]) => JSON.stringify(there[name]) === JSON.stringify(value);
  return Object.entries(item.body ?? {}).every(isSame) ? there : undefined;
}

function looksLike(own: Own, item: OutboxItem): boolean {
  const body = item.body ?? {};
  if (item.kind === "bid") return own.status !== "withdrawn" && item.path.includes(`/jobs/${own.jobId}/`);
  if (item.kind === "review") return own.reviewerId === person.peek()?.userId;
  if (item.kind === "enquiry")
    return item.path.includes(`/listings/${own.listingId}/`) && own.text === body.text;
  const sinceThen = Date.parse(own.createdAt ?? "") >= item.createdAt - 60_000;
  return sinceThen && (own.title ?? own.text) === (body.title ?? body.text);
}

async function handedIn(item: OutboxItem): Promise<boolean> {
  const job = (await send("GET", item.path.replace(/\/submission$/, ""), undefined, {})) as {
    submission?: unknown;
  };
  return Boolean(job.submission);
}
