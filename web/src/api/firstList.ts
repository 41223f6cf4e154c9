/**
 * Asks for the first list of a public page while the rest of the app still loads.
 *
 * It is a script of its own, without imports, that the build puts before the others. A `<link rel="preload">` would stand on
 * every page, because all addresses have the same HTML.
 */

const LISTS: Record<string, string> = {
  "/": "/api/jobs?limit=5&view=card",
  "/jobs": "/api/jobs?view=card",
};
const TIMEOUT = 30_000;
const GOOD_FOR = 60_000;

interface First {
  path: string;
  answer: Promise<Response | undefined>;
  askedAt: number;
}

let first = start();

/** Asks for the list of the page that is open, if it has one. Who is signed in asks later, with their token. */
export function start(): First | undefined {
  const path = location.search ? undefined : LISTS[location.pathname];
  if (!path || isKnown()) return undefined;
  const controller = new AbortController();
  setTimeout(() => controller.abort(), TIMEOUT);
  const answer = fetch(path, { signal: controller.signal }).catch(() => undefined); // it is asked for again
  return { path, answer, askedAt: Date.now() };
}

/** Returns the answer for a list that was asked for first, once; undefined where there is none, or none that is good. */
export async function takeFirst(request: Request): Promise<Response | undefined> {
  const { pathname, search } = new URL(request.url);
  if (!first || request.method !== "GET" || pathname + search !== first.path) return undefined;
  const { answer, askedAt } = first;
  first = undefined;
  if (Date.now() - askedAt > GOOD_FOR || request.headers.has("Authorization")) return undefined;
  const found = await answer;
  return found?.ok ? found : undefined;
}

/** Begins anew, as a page does that is opened. */
export function restart(): void {
  first = start();
}

function isKnown(): boolean {
  try {
    return [localStorage, sessionStorage].some((store) => store.getItem("khaya-person") !== null);
  } catch {
    return false; // a browser that keeps nothing knows nobody
  }
}
