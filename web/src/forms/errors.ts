/** Errors of a form, by field: those that the form finds, and those of the API's answer. */
import { type Failure, fieldSentence, Refusal } from "../api/problems";

export type Errors = Record<string, string>;

const NONE: Errors = {};
const known = new WeakMap<Failure, Errors>();

/**
 * Returns the API's errors by field; the path of a nested field becomes its first part.
 *
 * The same failure gives the same object, so that the summary of errors takes the focus once and not at each key.
 */
export function errorsOf(failure: Failure | undefined): Errors {
  if (!failure) return NONE;
  const found = known.get(failure) ?? read(failure);
  known.set(failure, found);
  return found;
}

/** The errors that are left of those that were found, and the values as they were then. */
const left = new WeakMap<Errors, { values: Record<string, string>; errors: Errors }>();

/**
 * Returns the errors to show: the form's own, or else the API's, without those of fields that were changed since.
 *
 * An error that went away stays away until the form is sent again, so that nothing comes and goes while somebody types.
 */
export function errorsLeft(own: Errors, failure: Failure | undefined, values: object): Errors {
  const found = Object.keys(own).length ? own : errorsOf(failure);
  const names = Object.keys(found);
  if (!names.length) return found;
  const now: Record<string, string> = {};
  for (const name of names) now[name] = JSON.stringify((values as Record<string, unknown>)[name]) ?? "";
  const before = left.get(found) ?? { values: now, errors: found };
  const still = Object.keys(before.errors).filter((name) => now[name] === before.values[name]);
  if (still.length < Object.keys(before.errors).length)
    before.errors = Object.fromEntries(still.map((name) => [name, found[name] as string]));
  left.set(found, before);
  return before.errors;
}

function read(failure: Failure): Errors {
  const found: Errors = {};
  if (failure instanceof Refusal)
    for (const error of failure.errors) {
      const name = error.field.split(/[.[]/)[0] ?? error.field;
      found[name] ??= fieldSentence(error);
    }
  return found;
}
