/** The fields of a job that somebody else changed meanwhile. */
import type { PartyJob } from "../../api/deals";
import { readMoney } from "../../forms/read";
import { TwoValues } from "../../forms/TwoValues";
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
  const texts = textsOf(newest);
  return (
    <TwoValues
      fields={conflictsOf(values, newest).map((name) => ({
        name,
        label: t(NAMES[name]),
        mine: shown(name, values[name]),
        newer: shown(name, texts[name]),
      }))}
      onChosen={onChosen}
    />
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
