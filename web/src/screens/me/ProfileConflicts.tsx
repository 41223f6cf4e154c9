/** The fields of the profile that were changed elsewhere meanwhile, as on another phone. */
import type { Schemas } from "../../api/client";
import { TwoValues } from "../../forms/TwoValues";
import { t, type Word } from "../../words/words";
import { conflictsOf, type Field, type ProfileValues, type Texts, textsOf } from "./profileChanges";

const NAMES: Record<Field, Word> = {
  displayName: "me.name",
  location: "place.label",
  bio: "me.bio",
  trades: "me.trades",
  yearsExperience: "me.years",
  availability: "me.availability",
};

interface ProfileConflictsProps {
  values: ProfileValues;
  newest: Schemas["OwnProfileView"];
  onChosen: (mine: Field[]) => void;
}

export function ProfileConflicts({ values, newest, onChosen }: ProfileConflictsProps) {
  const texts = textsOf(newest);
  return (
    <TwoValues
      fields={conflictsOf(values, newest).map((name) => ({
        name,
        label: t(NAMES[name]),
        mine: shown(name, values),
        newer: shown(name, texts),
      }))}
      onChosen={onChosen}
    />
  );
}

/** Returns a field as people read it. */
function shown(field: Field, texts: Texts): string {
  if (field === "availability") return t(`availability.${texts.availability}`);
  return texts[field].trim() || t("me.left_empty");
}
