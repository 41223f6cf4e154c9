/** One line of text, as a name, a number of a phone, or an amount in rand. */
import type { JSX, TargetedInputEvent } from "preact";
import { describedBy, Field, type FieldProps } from "./Field";

interface TextFieldProps extends FieldProps {
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "password" | "tel" | "email" | "date" | "datetime-local" | "search";
  inputmode?: "text" | "numeric" | "decimal" | "tel" | "email" | "search";
  autocomplete?: string;
  maxLength?: number;
  /** Shown before the field, as R before an amount. */
  before?: string;
  list?: string[];
  min?: string;
  max?: string;
}

export function TextField(props: TextFieldProps) {
  const {
    name,
    value,
    onInput,
    type = "text",
    inputmode,
    autocomplete,
    maxLength,
    before,
    list,
    min,
    max,
  } = props;
  const attributes = {
    id: name,
    name,
    type,
    value,
    onInput: (event: TargetedInputEvent<HTMLInputElement>) => onInput(event.currentTarget.value),
    "aria-describedby": describedBy(props),
    ...(props.error ? { "aria-invalid": "true" as const } : {}),
    ...(inputmode ? { inputMode: inputmode } : {}),
    ...(autocomplete ? { autoComplete: autocomplete } : {}),
    ...(maxLength ? { maxLength } : {}),
    ...(min ? { min } : {}),
    ...(max ? { max } : {}),
    ...(list ? { list: `${name}-list` } : {}),
  } as JSX.IntrinsicElements["input"];
  return (
    <Field {...props}>
      {before ? (
        <span class="before">
          <span aria-hidden="true">{before}</span>
          <input {...attributes} />
        </span>
      ) : (
        <input {...attributes} />
      )}
      {list && (
        <datalist id={`${name}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </Field>
  );
}

/** An amount in rand, as text: "1 234,50" and "1234.5" are read by `readMoney`. */
export function MoneyField(props: Omit<TextFieldProps, "type" | "inputmode" | "before">) {
  return <TextField {...props} inputmode="decimal" autocomplete="off" before="R" />;
}
