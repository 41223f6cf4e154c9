/** A stand-in for the API in unit tests: answers by method and path, and remembers what it was asked. */
import { vi } from "vitest";
import { setPerson } from "../src/session/person";

export interface Asked {
  method: string;
  /** The path without /api, with its query. */
  path: string;
  headers: Headers;
  body: unknown;
}

/** What a route answers: a body with 200, or a whole response; a function gets the request. */
type Answer = unknown | Response | ((asked: Asked) => unknown);

const TOKENS = { accessToken: "token", expiresIn: 3600, userId: "u1", roles: ["buyer", "worker", "seller"] };

/** Answers `fetch` by routes as "GET /jobs/j1"; a query need not be named. Returns what is asked, in order. */
export function answers(routes: Record<string, Answer>): Asked[] {
  const asked: Asked[] = [];
  const all: Record<string, Answer> = { "POST /auth/tokens": TOKENS, ...routes };
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(
      input instanceof Request ? input : new URL(String(input), location.href),
      init,
    );
    const url = new URL(request.url);
    const path = url.pathname.replace(/^\/api/, "");
    const text = await request.text();
    const one: Asked = {
      method: request.method,
      path: path + url.search,
      headers: request.headers,
      body: text ? JSON.parse(text) : undefined,
    };
    if (path !== "/auth/tokens") asked.push(one);
    const answer = all[`${one.method} ${one.path}`] ?? all[`${one.method} ${path}`];
    if (answer === undefined) return problem(404, "not_found");
    const value = typeof answer === "function" ? await answer(one) : answer;
    return value instanceof Response ? value.clone() : Response.json(value ?? null);
  });
  return asked;
}

/** Answers every read in one way. */
export function answersAll(answer: () => unknown): void {
  vi.stubGlobal("fetch", async (input: RequestInfo | URL) => {
    const path = new URL(input instanceof Request ? input.url : String(input), location.href).pathname;
    return path === "/api/auth/tokens" ? Response.json(TOKENS) : answer();
  });
}

/** Returns a refusal as the API writes it. */
export function problem(status: number, code: string, more: object = {}): Response {
  return Response.json({ status, code, detail: code, params: {}, requestId: "r1", ...more }, { status });
}

/** What `fetch` does without a network. */
export function noNetwork(): never {
  throw new TypeError("no network");
}

/** Signs a person in. */
export function signInAs(roles: ("buyer" | "worker" | "seller")[] = ["worker"]): void {
  setPerson({ userId: "u1", roles, displayName: "Sipho" });
}
