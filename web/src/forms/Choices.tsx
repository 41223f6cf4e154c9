/** Large choices of which one, or several, can be taken. */
import type { ComponentChildren } from "preact";
import { t } from "../words/words";
import type { FieldProps } from "./Field";

export interface Choice<V extends string> {
  value: V;
  label: string;
  hint?: string;
  icon?: ComponentChildren;
}

interface ChoicesProps<V extends string> extends FieldProps {
  choices: Choice<V>[];
  value: V | null;
  onChoice: (value: V) => void;
  /** "tiles": several in a row; "rows": one a line; "chips": as wide as their words. */
  look?: "tiles" | "rows" | "chips";
}

export function Choices<V extends string>(props: ChoicesProps<V>) {
  const { name, label, hint, error, heading, choices, value, onChoice, look = "rows" } = props;
  return (
    <fieldset class={error ? "field wrong" : "field"} aria-describedby={error ? `${name}-error` : undefined}>
      <legend>{heading ? <h1 tabIndex={-1}>{label}</h1> : label}</legend>
      {hint && <p class="hint">{hint}</p>}
      {error && (
        <p class="error" id={`${name}-error`}>
          {t("error_prefix", { text: error })}
        </p>
      )}
      <div class={`choices ${look}`}>
        {choices.map((one, index) => (
          <label key={one.value} class="choice">
            <input
              type="radio"
              name={name}
              id={index === 0 ? name : undefined}
              value={one.value}
              checked={one.value === value}
              onChange={() => onChoice(one.value)}
            />
            {one.icon}
            <span>
              {one.label}
              {one.hint && <small>{one.hint}</small>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
