/** Text of several lines, with the number of characters that are left when they get few. */
import { t } from "../words/words";
import { describedBy, Field, type FieldProps } from "./Field";

interface TextAreaProps extends FieldProps {
  value: string;
  onInput: (value: string) => void;
  maxLength: number;
  rows?: number;
}

export function TextArea(props: TextAreaProps) {
  const { name, value, onInput, maxLength, rows = 5 } = props;
  const left = maxLength - [...value.trim()].length;
  return (
    <Field {...props}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        aria-describedby={describedBy(props)}
        aria-invalid={props.error ? "true" : undefined}
      />
      {left < maxLength / 5 && (
        <p class="hint" role="status">
          {left >= 0 ? t("field.characters_left", { n: left }) : t("field.characters_over", { n: -left })}
        </p>
      )}
    </Field>
  );
}
