/** What can go wrong with a request: a refusal of the API, or no answer at all. */
import { moment, money } from "../words/format";
import { isWord, t } from "../words/words";
import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];
export type FieldProblem = components["schemas"]["FieldProblem"];

/** A refusal by the API, after RFC 9457. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Partial<Problem>;
  /** Seconds after which the request may be repeated; null if the API names none. */
  readonly retryAfter: number | null;
  readonly errors: FieldProblem[];

  constructor(response: Response, body: unknown) {
    super(`${response.status} ${response.url}`);
    this.status = response.status;
    this.problem = typeof body === "object" && body ? (body as Partial<Problem>) : {};
    this.code = this.problem.code ?? `status_${response.status}`;
    const seconds = Number(response.headers.get("Retry-After"));
    this.retryAfter = seconds > 0 ? seconds : null;
    this.errors = (body as { errors?: FieldProblem[] } | null)?.errors ?? [];
  }
}

/** There was no answer: the phone is offline, or the network lost it. The request may have worked. */
export class Unreachable extends Error {}

export type Failure = Refusal | Unreachable;

/** Whether the API had a request under the same key before, with other words: under that key it takes no others. */
export function isKeyReused(failure: Failure): boolean {
  return failure instanceof Refusal && failure.errors.some(({ code }) => code === "key_reused");
}

/** Whether a request failed by a fault of Khaya's, or for a reason that the app does not know. */
export function isFault(refusal: Refusal): boolean {
  return refusal.status >= 500 || !isWord(`problem.${refusal.code}`);
}

/** Whether a code was not the one that was sent, or was sent too long ago. */
export function isWrongCode(failure: Failure | undefined): boolean {
  return failure instanceof Refusal && failure.code === "wrong_code";
}

/** Returns what failed in the person's language; the API's own sentence where the app has none. */
export function sentence(failure: Failure): string {
  if (failure instanceof Unreachable) return t("failure.unreachable");
  const name = `problem.${failure.code}`;
  if (isWord(name)) return t(name, written(failure.problem.params));
  return failure.problem.detail ?? t("failure.unknown");
}

/** Returns a field's error in the person's language. */
export function fieldSentence(error: FieldProblem): string {
  const name = `field.${error.code}`;
  return isWord(name) ? t(name, written(error.params)) : error.message;
}

/** Returns the values of a problem as people read them: cents as an amount, a time as a day, a list with commas. */
function written(params: object | undefined): Record<string, string | number> {
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(params ?? {})) {
    if (typeof value === "number") values[name] = name.endsWith("Cents") ? money(value) : value;
    else if (typeof value === "string")
      values[name] = /^\d{4}-\d\d-\d\dT/.test(value) ? moment(value) : value;
    else if (Array.isArray(value)) values[name] = value.join(", ");
  }
  return values;
}
