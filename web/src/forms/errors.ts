/** Errors of a form, by field: those that the form finds, and those of the API's answer. */
import { type Failure, fieldSentence, Refusal } from "../api/problems";

export type Errors = Record<string, string>;

/** Returns the API's errors by field; the path of a nested field becomes its first part. */
export function errorsOf(failure: Failure | undefined): Errors {
  const found: Errors = {};
  if (failure instanceof Refusal)
    for (const error of failure.errors) {
      const name = error.field.split(/[.[]/)[0] ?? error.field;
      found[name] ??= fieldSentence(error);
    }
  return found;
}
