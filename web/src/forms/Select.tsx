/** One of many values, by the phone's own list. */
import { describedBy, Field, type FieldProps } from "./Field";

interface SelectProps extends FieldProps {
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

export function Select(props: SelectProps) {
  return (
    <Field {...props}>
      <select
        id={props.name}
        name={props.name}
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
        aria-describedby={describedBy(props)}
        aria-invalid={props.error ? "true" : undefined}
      >
        {props.options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.label}
          </option>
        ))}
      </select>
    </Field>
  );
}
