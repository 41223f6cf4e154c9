/**
 * The access token, in memory only. The refresh token is a cookie that scripts cannot read.
 *
 * Tabs refresh one at a time, under a lock, because each refresh replaces the cookie.
 */
import { noteServerTime } from "../api/clock";
import { Refusal, Unreachable } from "../api/problems";
import type { components } from "../api/schema";
import { within } from "../api/within";
import { forgetArrival, noteArrival } from "./arrival";
import { hidePerson, type Person, person, setPerson, showKept } from "./person";

type Tokens = components["schemas"]["TokensView"];

const CHANNEL = "khaya-session";
const EARLY = 60_000; // a token is renewed a minute before it ends
const TIMEOUT = 30_000;
/** Says that a sign-out did not reach the API, so that it is told later. */
const SIGN_OUT_DUE = "khaya-sign-out-due";

let token: string | null = null;
let endsAt = 0;
let queue: Promise<unknown> = Promise.resolve();
const tabs = new BroadcastChannel(CHANNEL);

tabs.onmessage = ({ data }) => {
  if (data === "signed-out") forgetTokens();
  else if (!person.peek()) showKept(data);
  // The cookie is another person's now, so this tab must not act with it.
  else if (data !== person.peek()?.userId) forgetTokens(hidePerson);
};

/** Returns a valid access token, or null for a visitor. */
export async function accessToken(): Promise<string | null> {
  if (!person.peek()) return null;
  if (token && Date.now() < endsAt - EARLY) return token;
  return refresh(token);
}

/**
 * Returns a new access token in the place of `used`; null where the session has ended, which signs out.
 *
 * Throws a Refusal where the API says that it cannot now, as to somebody who is suspended, and Unreachable.
 */
export async function refresh(used: string | null): Promise<string | null> {
  return exclusively(async () => {
    if (token && token !== used && Date.now() < endsAt - EARLY) return token; // another request was first
    for (const attempt of [1, 2]) {
      const response = await post("/api/auth/tokens", { refreshCookie: true, cookie: true });
      if (response.ok) return takeForSame(await tokensOf(response));
      if (response.status !== 401) throw await refusalOf(response);
      if (attempt === 1) await new Promise((done) => setTimeout(done, 500)); // another tab's new cookie may be on its way
    }
    signedOut();
    return null;
  });
}

/**
 * Signs in by a code or a password, with the invitation that the person took up. The answer says whether they are new.
 * Throws Unreachable; the caller reads any other response.
 */
export async function signIn(
  proof: { challenge: string; code: string } | { username: string; password: string },
  invitation?: string,
): Promise<Response> {
  const response = await post("/api/auth/tokens", { ...proof, cookie: true });
  if (response.ok) {
    const tokens = await tokensOf(response.clone());
    noteArrival({ userId: tokens.userId, invitation });
    take(tokens);
    localStorage.removeItem(SIGN_OUT_DUE); // the cookie of the earlier session is replaced
    tabs.postMessage(person.peek()?.userId);
  }
  return response;
}

/**
 * Takes over a session whose cookie is there already, as the local page of demo people sets it. Returns whether there is
 * one. Elsewhere there is none: on a shared phone the cookie may be that of the person before.
 */
export async function adoptCookie(host = location.hostname): Promise<boolean> {
  if (host !== "localhost" && host !== "127.0.0.1") return false;
  const response = await post("/api/auth/tokens", { refreshCookie: true, cookie: true });
  if (response.ok) {
    const tokens = await tokensOf(response);
    noteArrival({ userId: tokens.userId });
    take(tokens);
    localStorage.removeItem(SIGN_OUT_DUE);
    tabs.postMessage(person.peek()?.userId);
  }
  return response.ok;
}

/** Notes that the API is to be told of a sign-out later. */
export function signOutLater(): void {
  localStorage.setItem(SIGN_OUT_DUE, "yes");
}

/** Ends the session of a sign-out that did not reach the API, unless somebody has signed in since. */
export async function endLeftSession(): Promise<void> {
  if (person.peek() || !localStorage.getItem(SIGN_OUT_DUE)) return;
  await exclusively(async () => {
    const response = await post("/api/auth/tokens", { refreshCookie: true, cookie: true });
    if (!response.ok && response.status !== 401) return;
    if (response.ok) {
      const { accessToken: last } = await tokensOf(response);
      const ended = await post("/api/auth/sign-out", undefined, { Authorization: `Bearer ${last}` });
      if (!ended.ok && ended.status !== 401) return;
    }
    localStorage.removeItem(SIGN_OUT_DUE);
  });
}

/** Forgets the session here and in the other tabs. The API was told before. */
export function signedOut(): void {
  forgetArrival();
  forgetTokens();
  tabs.postMessage("signed-out");
}

/** Makes this tab a visitor's. */
function forgetTokens(forgetPerson = () => setPerson(null)): void {
  token = null;
  endsAt = 0;
  forgetPerson();
}

/** Takes tokens only for the person whom this tab shows: their request must not go out in the name of another. */
function takeForSame(tokens: Tokens): string {
  const known = person.peek()?.userId;
  if (known !== tokens.userId) {
    if (known) forgetTokens(hidePerson);
    throw new Unreachable("they signed out, or somebody else signed in");
  }
  return take(tokens);
}

/** Returns why the API refused. An answer that is not the API's, as of a network's own sign-in, counts for none. */
async function refusalOf(response: Response): Promise<Refusal | Unreachable> {
  const body = (await response.json().catch(() => null)) as { code?: string } | null;
  if (!body?.code && response.status < 500 && response.status !== 429)
    return new Unreachable(`refresh: ${response.status}`);
  return new Refusal(response, body);
}

/** Returns the tokens of a good answer. A page of a network's own sign-in is no answer. */
async function tokensOf(response: Response): Promise<Tokens> {
  const tokens = (await response.json().catch(() => null)) as Tokens | null;
  if (!tokens?.accessToken) throw new Unreachable("the answer is not the API's");
  return tokens;
}

function take(tokens: Tokens): string {
  token = tokens.accessToken;
  endsAt = Date.now() + tokens.expiresIn * 1000;
  const known = person.peek();
  const same = known?.userId === tokens.userId ? known : { displayName: "" };
  setPerson({ ...same, userId: tokens.userId, roles: tokens.roles as Person["roles"] });
  return token;
}

async function post(path: string, body: unknown, headers: HeadersInit = {}): Promise<Response> {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Device-Name": deviceName(), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      signal: within(TIMEOUT),
    });
    noteServerTime(response);
    return response;
  } catch (cause) {
    throw new Unreachable("no answer", { cause });
  }
}

/** Returns a name by which the person knows this device in the list of sessions. */
function deviceName(): string {
  const system = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(navigator.userAgent)?.[0] ?? "Browser";
  const browser = /Firefox|Edg|OPR|SamsungBrowser|Chrome|Safari/.exec(navigator.userAgent)?.[0] ?? "";
  return `${system} ${browser}`.trim();
}

/** Runs one piece of work after the other, in all tabs where the browser has locks, else in this one. */
async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request("khaya-refresh", work);
  const mine = queue.then(work, work);
  queue = mine.catch(() => undefined);
  return mine;
}
