/** The typed client of the API. It adds the access token, and repeats a request once after a refresh or a step-up. */
import { signal } from "@preact/signals";
import createClient from "openapi-fetch";
import { noteUsage } from "../offline/usage";
import { personId } from "../session/person";
import { confirmPerson } from "../session/stepUp";
import { accessToken, refresh } from "../session/tokens";
import { language } from "../words/words";
import { noteServerTime } from "./clock";
import { takeFirst } from "./firstList";
import { Refusal, Unreachable } from "./problems";
import type { components, paths } from "./schema";
import { within } from "./within";

export type Schemas = components["schemas"];

const TIMEOUT = 30_000;

/** Whether the last request had an answer, whatever it was. */
export const reachable = signal(true);

export const api = createClient<paths>({ baseUrl: "/api", fetch: authorized });

/**
 * Returns the body of a good answer.
 *
 * Throws a Refusal for any other answer, and Unreachable where there was none.
 */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Refusal(response, error);
  return data as T;
}

/** Returns when a thing of one's own is deleted, also where an earlier try had done it and its answer was lost. */
export async function askGone(call: Parameters<typeof ask>[0]): Promise<void> {
  try {
    await ask(call);
  } catch (cause) {
    if (!(cause instanceof Refusal && cause.status === 404)) throw cause;
  }
}

/** Sends one request; used for paths that are known only at run time, as those of the outbox. */
export async function send(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<unknown> {
  const init: RequestInit = {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await authorized(new Request(new URL(`/api${path}`, location.href), init));
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) throw new Refusal(response, answer);
  return answer;
}

/** Returns the answer to a request with the token, after a refresh or a step-up where one is needed. */
export async function authorized(request: Request): Promise<Response> {
  const asker = personId.peek();
  const sent = await accessToken();
  onlyAs(asker);
  let response = await once(request.clone(), sent);
  if (response.status === 401 && sent) {
    const renewed = await refresh(sent);
    onlyAs(asker);
    if (renewed) response = await once(request.clone(), renewed);
  }
  if (response.status === 403 && (await needsRecentSignIn(response)) && (await confirmPerson())) {
    const proved = await accessToken();
    onlyAs(asker);
    response = await once(request.clone(), proved);
  }
  return response;
}

/** Throws where another person, or nobody, is signed in by now: a request never goes out in another name. */
function onlyAs(asker: string | null): void {
  const now = personId.peek();
  if (now && now !== asker) throw new Unreachable("somebody else signed in");
}

async function once(request: Request, token: string | null): Promise<Response> {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  request.headers.set("Accept-Language", language.value);
  let response: Response;
  try {
    response = (await takeFirst(request)) ?? (await fetch(new Request(request, { signal: within(TIMEOUT) })));
  } catch (cause) {
    reachable.value = false;
    throw new Unreachable("no answer", { cause });
  }
  reachable.value = true;
  noteServerTime(response);
  noteUsage("data", Number(response.headers.get("Content-Length") ?? 0));
  return response;
}

async function needsRecentSignIn(response: Response): Promise<boolean> {
  const body = await response
    .clone()
    .json()
    .catch(() => null);
  return body?.code === "recent_sign_in_required";
}
