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

function read(failure: Failure): Errors {
  const found: Errors = {};
  if (failure instanceof Refusal)
    for (const error of failure.errors) {
      const name = error.field.split(/[.[]/)[0] ?? error.field;
      found[name] ??= fieldSentence(error);
    }
  return found;
}
