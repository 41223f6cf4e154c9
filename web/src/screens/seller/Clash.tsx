/** Two values of each field that somebody else changed meanwhile: the person takes theirs or the newer one. */
import { useSignal } from "@preact/signals";
import { unitWords } from "../../cards/MaterialCard";
import { Choices } from "../../forms/Choices";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { money } from "../../words/format";
import { t } from "../../words/words";
import type { FieldName, Fields } from "./material";

interface ClashProps {
  names: FieldName[];
  mine: Fields;
  newer: Fields;
  busy: boolean;
  withPhotos: boolean;
  /** Gets the fields in which the person's own value stays. */
  onChosen: (mine: FieldName[]) => void;
}

export function Clash({ names, mine, newer, busy, withPhotos, onChosen }: ClashProps) {
  const taken = useSignal<Partial<Record<FieldName, "mine" | "newer">>>({});
  const missing = useSignal(false);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        missing.value = names.some((name) => !taken.value[name]);
        if (!missing.value) onChosen(names.filter((name) => taken.value[name] === "mine"));
      }}
    >
      <Note kind="info" title={t("seller.clash_title")}>
        <p>{t("seller.clash_why")}</p>
      </Note>
      {names.map((name) => (
        <Choices
          key={name}
          name={name}
          label={t(`seller.field_${name}`)}
          choices={[
            { value: "mine", label: t("seller.mine"), hint: shown(name, mine) },
            { value: "newer", label: t("seller.newer"), hint: shown(name, newer) },
          ]}
          value={taken.value[name] ?? null}
          error={missing.value && !taken.value[name] ? t("seller.choose_one") : undefined}
          onChoice={(choice) => {
            taken.value = { ...taken.value, [name]: choice as "mine" | "newer" };
          }}
        />
      ))}
      {withPhotos && <p>{t("seller.photos_replace")}</p>}
      <Button busy={busy}>{t("seller.save_choice")}</Button>
    </form>
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
