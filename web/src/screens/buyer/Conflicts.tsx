/** Both values of each field that somebody else changed meanwhile: "mine" or "the newer" for each. */
import { useSignal } from "@preact/signals";
import type { PartyJob } from "../../api/deals";
import { Choices } from "../../forms/Choices";
import { readMoney } from "../../forms/read";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { day, money } from "../../words/format";
import { isWord, t, type Word } from "../../words/words";
import { conflictsOf, type EditValues, type Field, textsOf } from "./editing";

const NAMES: Record<Field, Word> = {
  title: "buyer.title",
  category: "buyer.category",
  payment: "buyer.how_paid",
  description: "buyer.description",
  location: "place.label",
  budgetCents: "buyer.budget",
  startDate: "buyer.when_start",
};

interface ConflictsProps {
  values: EditValues;
  newest: PartyJob;
  onChosen: (mine: Field[]) => void;
}

export function Conflicts({ values, newest, onChosen }: ConflictsProps) {
  const fields = conflictsOf(values, newest);
  const newer = useSignal<Field[]>([]);
  const texts = textsOf(newest);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChosen(fields.filter((field) => !newer.value.includes(field)));
      }}
    >
      <Note kind="info" title={t("problem.stale_version")}>
        <p>{t("buyer.conflict_what")}</p>
      </Note>
      {fields.map((field) => (
        <Choices
          key={field}
          name={field}
          label={t(NAMES[field])}
          value={newer.value.includes(field) ? "newer" : "mine"}
          choices={[
            { value: "mine", label: t("buyer.mine"), hint: shown(field, values[field]) },
            { value: "newer", label: t("buyer.newer"), hint: shown(field, texts[field]) },
          ]}
          onChoice={(choice) => {
            const others = newer.value.filter((one) => one !== field);
            newer.value = choice === "newer" ? [...others, field] : others;
          }}
        />
      ))}
      <Button>{t("buyer.save_choice")}</Button>
    </form>
  );
}

/** Returns a text of the form as people read it. */
function shown(field: Field, text: string): string {
  const cents = field === "budgetCents" ? readMoney(text) : null;
  if (cents !== null) return money(cents);
  if (field === "startDate") return text ? day(text) : t("buyer.when_soon");
  const word = `${field}.${text}`;
  return isWord(word) ? t(word) : text;
}
