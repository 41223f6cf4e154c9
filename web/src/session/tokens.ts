/**
 * The access token, in memory only. The refresh token is a cookie that scripts cannot read.
 *
 * Tabs refresh one at a time, under a lock, because each refresh replaces the cookie.
 */
import { noteServerTime } from "../api/clock";
import { Unreachable } from "../api/problems";
import type { components } from "../api/schema";
import { type Person, person, setPerson } from "./person";

type Tokens = components["schemas"]["TokensView"];

const CHANNEL = "khaya-session";
const EARLY = 60_000; // a token is renewed a minute before it ends

let token: string | null = null;
let endsAt = 0;
const tabs = new BroadcastChannel(CHANNEL);

tabs.onmessage = ({ data }) => {
  if (data === "signed-out") forgetTokens();
};

/** Returns a valid access token, or null for a visitor. */
export async function accessToken(): Promise<string | null> {
  if (!person.peek()) return null;
  if (token && Date.now() < endsAt - EARLY) return token;
  return refresh(token);
}

/** Returns a new access token in the place of `used`; null where the session has ended, which signs out. */
export async function refresh(used: string | null): Promise<string | null> {
  return exclusively(async () => {
    if (token && token !== used && Date.now() < endsAt - EARLY) return token; // another request was first
    for (const attempt of [1, 2]) {
      const response = await post("/api/auth/tokens", { refreshCookie: true, cookie: true });
      if (response.ok) return take((await response.json()) as Tokens);
      if (response.status !== 401) throw new Unreachable(`refresh: ${response.status}`);
      if (attempt === 1) await new Promise((done) => setTimeout(done, 500)); // another tab's new cookie may be on its way
    }
    signedOut();
    return null;
  });
}

/** Signs in by a code or a password. The answer says whether the person is new. Throws nothing: the caller reads the response. */
export async function signIn(
  proof: { challenge: string; code: string } | { username: string; password: string },
): Promise<Response> {
  const response = await post("/api/auth/tokens", { ...proof, cookie: true });
  if (response.ok) take((await response.clone().json()) as Tokens);
  return response;
}

/** Takes over a session whose cookie is there already, as the page of demo people sets it. Returns whether there is one. */
export async function adoptCookie(): Promise<boolean> {
  const response = await post("/api/auth/tokens", { refreshCookie: true, cookie: true });
  if (response.ok) take((await response.json()) as Tokens);
  return response.ok;
}

/** Forgets the session here and in the other tabs. The API was told before. */
export function signedOut(): void {
  forgetTokens();
  tabs.postMessage("signed-out");
}

function forgetTokens(): void {
  token = null;
  endsAt = 0;
  setPerson(null);
}

function take(tokens: Tokens): string {
  token = tokens.accessToken;
  endsAt = Date.now() + tokens.expiresIn * 1000;
  const known = person.peek();
  const same = known?.userId === tokens.userId ? known : { displayName: "" };
  setPerson({ ...same, userId: tokens.userId, roles: tokens.roles as Person["roles"] });
  return token;
}

async function post(path: string, body: unknown): Promise<Response> {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Device-Name": deviceName() },
      body: JSON.stringify(body),
      credentials: "same-origin",
      signal: AbortSignal.timeout(30_000),
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

async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request("khaya-refresh", work) : work();
}
