/**
 * Photos that another app shares with this one, from the service worker to the page that makes them small.
 *
 * They stay on the device: a share is answered here and never reaches the network.
 */

/** The address of a share, and of the page that asks what the photos are for. */
export const SHARE_PATH = "/share";

const CACHE = "shared-photos";
const FIELD = "photos";
/** How many photos of one share are kept. */
export const MOST_SHARED = 10;
const BYTES = 30_000_000;
const LASTS = 600_000; // a page that was ended by the phone is opened again within minutes

/** Whether a request is a share: the phone opens the page with files. */
export function isShare(request: Request, origin: string): boolean {
  const url = new URL(request.url);
  return request.method === "POST" && url.origin === origin && url.pathname === SHARE_PATH;
}

/** Keeps the photos of a share until the page takes them, and returns the answer that opens that page. */
export async function keepShared(request: Request, origin: string): Promise<Response> {
  if (request.mode !== "navigate" || !isFromPhone(request.referrer, origin)) return opensPage();
  const form = await request.formData().catch(() => new FormData()); // what cannot be read brings no photos
  const files = form.getAll(FIELD).filter((one): one is File => one instanceof File);
  await deleteOldShared();
  const cache = await caches.open(CACHE);
  const photos = files.filter((file) => file.type.startsWith("image/") && file.size <= BYTES);
  try {
    for (const [index, photo] of photos.slice(0, MOST_SHARED).entries())
      await cache.put(
        `${SHARE_PATH}/${Date.now()}-${index}`,
        new Response(photo, { headers: { "Content-Type": photo.type } }),
      );
  } catch {
    return opensPage("?left=full"); // the phone has no room
  }
  return opensPage(photos.length > MOST_SHARED ? "?left=many" : "");
}

/** Returns the answer that opens the page; its query says why photos were left out. */
function opensPage(query = ""): Response {
  return new Response(null, { status: 303, headers: { Location: SHARE_PATH + query } });
}

/** Gives each photo that waits to `take`, one after the other, and forgets it then. */
export async function eachShared(take: (photo: Blob) => Promise<void>): Promise<void> {
  if (typeof caches === "undefined") return; // without a service worker nothing was shared
  const cache = await caches.open(CACHE);
  for (const key of await cache.keys()) {
    const kept = await cache.match(key);
    if (kept) await take(await kept.blob());
    await cache.delete(key);
  }
}

/** Deletes what no page took within minutes. */
export async function deleteOldShared(): Promise<void> {
  if (typeof caches === "undefined") return;
  const cache = await caches.open(CACHE);
  for (const key of await cache.keys()) if (keptAt(key) < Date.now() - LASTS) await cache.delete(key);
}

/** Deletes all that waits, when the person signs out. */
export async function deleteShared(): Promise<void> {
  if (typeof caches !== "undefined") await caches.delete(CACHE);
}

/**
 * Whether a request seems to come from the phone itself or from this app. A form of another site has its own address; one
 * that hides it only fills the page, where the person sees the photos before anything is sent.
 */
function isFromPhone(referrer: string, origin: string): boolean {
  if (!referrer || referrer === "about:client") return true;
  return new URL(referrer).origin === origin;
}

function keptAt(key: Request): number {
  return Number(/\/(\d+)-\d+$/.exec(key.url)?.[1] ?? 0);
}
