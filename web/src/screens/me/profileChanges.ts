/** The rules of changing the profile: what was changed, and what was changed elsewhere at the same time. */
import type { Schemas } from "../../api/client";
import type { Errors } from "../../forms/errors";
import type { ChangeRules } from "../../forms/Reconcile";
import { t } from "../../words/words";

type Profile = Schemas["OwnProfileView"];
type Changes = Schemas["ProfileChanges"];

export const FIELDS = [
  "displayName",
  "location",
  "bio",
  "trades",
  "yearsExperience",
  "availability",
] as const satisfies (keyof Changes)[];
export type Field = (typeof FIELDS)[number];

/** The fields as the form has them; trades have commas between them. */
export interface Texts extends Record<Field, string> {
  availability: Profile["availability"];
}

export interface ProfileValues extends Texts {
  /** The texts when the person began, and the version that they belong to. */
  before: Texts;
  version: number;
  photos: string[];
}

const MOST_TRADES = 5;
const MOST_YEARS = 80;

export function textsOf(profile: Profile): Texts {
  return {
    displayName: profile.displayName,
    location: profile.location ?? "",
    bio: profile.bio ?? "",
    trades: profile.trades.join(", "),
    yearsExperience: profile.yearsExperience === null ? "" : String(profile.yearsExperience),
    availability: profile.availability,
  };
}

/** Returns what the form shows of a profile. */
export function valuesOf(profile: Profile): ProfileValues {
  const texts = textsOf(profile);
  return { ...texts, before: texts, version: profile.version, photos: [] };
}

/** Returns the errors that the form finds itself. */
export function errorsOfProfile(values: Texts): Errors {
  const errors: Errors = {};
  const years = asSent("yearsExperience", values);
  if ((asSent("trades", values) as string[]).length > MOST_TRADES)
    errors.trades = t("me.trades_many", { max: MOST_TRADES });
  if (years !== null && !(Number.isInteger(years) && Number(years) >= 0 && Number(years) <= MOST_YEARS))
    errors.yearsExperience = t("me.years_wrong", { max: MOST_YEARS });
  if (values.displayName.trim().length < 2) errors.displayName = t("sign_in.name_missing");
  return errors;
}

/** Returns the request: the changed fields only, as the API has them. */
export function bodyOfChanges(values: ProfileValues): Record<string, unknown> {
  return Object.fromEntries(changedFields(values).map((field) => [field, asSent(field, values)]));
}

/** Returns the fields in which the newest profile differs from what the person wants. None: their change is done. */
export function conflictsOf(values: ProfileValues, newest: Profile): Field[] {
  const texts = textsOf(newest);
  return changedFields(values).filter((field) => !isSame(field, values, texts));
}

/** Returns the values that begin anew from the newest profile: of the conflicts only those that are kept as "mine". */
export function rebased(values: ProfileValues, newest: Profile, mine: Field[]): ProfileValues {
  const fresh = valuesOf(newest);
  const kept = Object.fromEntries(mine.map((field) => [field, values[field]]));
  return { ...fresh, ...kept, photos: values.photos };
}

/** How a change of the profile is compared with a newer version of it. */
export const PROFILE_RULES: ChangeRules<ProfileValues, Profile, Field> = {
  conflictsOf,
  rebased,
  hasPhotos: (values) => values.photos.length > 0,
};

/** Returns the values of a request that came back. */
export function valuesOfChanges(changes: Changes, photos: string[]): Partial<ProfileValues> {
  const { displayName, location, bio, trades, yearsExperience, availability } = changes;
  return {
    photos,
    ...(displayName ? { displayName } : {}),
    ...(location === undefined ? {} : { location: location ?? "" }),
    ...(bio === undefined ? {} : { bio: bio ?? "" }),
    ...(trades ? { trades: trades.join(", ") } : {}),
    ...(yearsExperience === undefined ? {} : { yearsExperience: String(yearsExperience ?? "") }),
    ...(availability ? { availability } : {}),
  };
}

function changedFields(values: ProfileValues): Field[] {
  return FIELDS.filter((field) => !isSame(field, values, values.before));
}

function asSent(field: Field, texts: Texts): unknown {
  const text = texts[field].trim();
  if (field === "yearsExperience") return text === "" ? null : Number(text);
  if (field !== "trades") return text || null;
  return text
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
}

function isSame(field: Field, one: Texts, other: Texts): boolean {
  return JSON.stringify(asSent(field, one)) === JSON.stringify(asSent(field, other));
}
