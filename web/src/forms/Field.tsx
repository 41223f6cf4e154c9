/** What each field has: its label, a hint, and its error. */
import type { ComponentChildren } from "preact";
import { t } from "../words/words";

export interface FieldProps {
  /** The name of the API's field; errors are found by it. */
  name: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** Whether the label is the page's heading, as on pages with one question. */
  heading?: boolean;
}

/** Returns the ids that describe a field. */
export function describedBy({ name, hint, error }: FieldProps): string | undefined {
  return [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ") || undefined;
}

export function Field(props: FieldProps & { children: ComponentChildren }) {
  const { name, label, hint, error, heading, children } = props;
  const text = <label for={name}>{label}</label>;
  return (
    <div class={error ? "field wrong" : "field"}>
      {heading ? <h1 tabIndex={-1}>{text}</h1> : text}
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`${name}-error`}>
          {t("error_prefix", { text: error })}
        </p>
      )}
      {children}
    </div>
  );
}
