/**
 * Serves the app from the device. A new version waits until no page of the old one is open.
 *
 * The API is never kept here: what may be read offline is saved by the pages, in the database of one person.
 */
import { isShare, keepShared } from "./offline/sharedFiles";

declare const __FILES__: string[];
declare const __VERSION__: string;

const CACHE = `app-${__VERSION__}`;
const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener("install", (event) => {
  event.waitUntil(keepFiles());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(removeOthers());
});

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const { origin } = worker.location;
  if (isShare(event.request, origin)) event.respondWith(keepShared(event.request, origin));
  if (event.request.method !== "GET" || url.origin !== origin) return;
  if (/^\/(api|s|media|demo)(\/|$)/.test(url.pathname)) return;
  event.respondWith(event.request.mode === "navigate" ? page() : file(event.request));
});

worker.addEventListener("message", (event) => {
  if (event.data === "take-over") event.waitUntil(takeOver());
});

worker.addEventListener("push", (event) => {
  event.waitUntil(showNotice(event.data));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPath(String(event.notification.data ?? "/inbox")));
});

/** Becomes active at once where only the page that asks is open; other pages keep the version that they began with. */
async function takeOver(): Promise<void> {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true }); // the old version has them
  if (pages.length <= 1) await worker.skipWaiting();
}

async function showNotice(data: PushMessageData | null): Promise<void> {
  const notice = (data?.json() ?? {}) as { title?: string; text?: string; path?: string; tag?: string };
  await worker.registration.showNotification(notice.title ?? "Khaya", {
    body: notice.text ?? "",
    icon: "/icon-192.png",
    data: notice.path ?? "/inbox",
    ...(notice.tag ? { tag: notice.tag } : {}),
  });
}

async function openPath(path: string): Promise<void> {
  const target = new URL(path, worker.location.origin);
  if (target.origin !== worker.location.origin) return;
  const [page] = await worker.clients.matchAll({ type: "window" });
  if (page) await page.navigate(target.href).then((moved) => moved?.focus());
  else await worker.clients.openWindow(target.href);
}

/** Takes over hashed files of the version before, so that an update loads only what changed. */
async function keepFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const path of __FILES__) {
    const known = path.startsWith("/assets/") ? await caches.match(path) : undefined;
    if (known) await cache.put(path, known);
    else await cache.add(new Request(path, { cache: path.startsWith("/assets/") ? "default" : "reload" }));
  }
}

async function removeOthers(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith("app-") && name !== CACHE) await caches.delete(name);
}

async function page(): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match("/")) ?? fetch("/");
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: false })) ?? fetch(request);
}
