/** The fields of a listing that somebody else changed meanwhile. */
import { unitWords } from "../../cards/MaterialCard";
import { TwoValues } from "../../forms/TwoValues";
import { money } from "../../words/format";
import { t } from "../../words/words";
import type { FieldName, Fields } from "./material";

interface ClashProps {
  names: FieldName[];
  mine: Fields;
  newer: Fields;
  busy: boolean;
  /** Gets the fields in which the person's own value stays. */
  onChosen: (mine: FieldName[]) => void;
}

export function Clash({ names, mine, newer, busy, onChosen }: ClashProps) {
  return (
    <TwoValues
      fields={names.map((name) => ({
        name,
        label: t(`seller.field_${name}`),
        mine: shown(name, mine),
        newer: shown(name, newer),
      }))}
      busy={busy}
      onChosen={onChosen}
    />
  );
}

/** Returns a field's value as people read it. */
function shown(name: FieldName, fields: Fields): string {
  switch (name) {
    case "priceCents":
      return money(fields.priceCents);
    case "category":
      return t(`material.${fields.category}`);
    case "unit":
      return unitWords(fields.unit);
    default:
      return fields[name];
  }
}
