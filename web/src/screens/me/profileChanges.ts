/** What the form of the profile holds, and the changes that it asks for. */
import type { Schemas } from "../../api/client";
import type { Errors } from "../../forms/errors";
import { t } from "../../words/words";

type Profile = Schemas["OwnProfileView"];
type Changes = Schemas["ProfileChanges"];

export interface ProfileValues {
  displayName: string;
  location: string;
  bio: string;
  /** Trades with commas between them. */
  trades: string;
  years: string;
  availability: Profile["availability"];
  photos: string[];
}

const MOST_TRADES = 5;
const MOST_YEARS = 80;

/** Returns what the form shows of a profile. */
export function valuesOf(profile: Profile): ProfileValues {
  return {
    displayName: profile.displayName,
    location: profile.location ?? "",
    bio: profile.bio ?? "",
    trades: profile.trades.join(", "),
    years: profile.yearsExperience === null ? "" : String(profile.yearsExperience),
    availability: profile.availability,
    photos: [],
  };
}

/** Returns the fields that differ from the profile, and the errors that the form finds itself. */
export function changesOf(
  values: ProfileValues,
  profile: Profile,
): { body: Record<string, unknown>; errors: Errors } {
  const errors: Errors = {};
  const trades = values.trades
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
  if (trades.length > MOST_TRADES) errors.trades = t("me.trades_many", { max: MOST_TRADES });
  const years = values.years.trim() === "" ? null : Number(values.years);
  if (years !== null && !(Number.isInteger(years) && years >= 0 && years <= MOST_YEARS))
    errors.yearsExperience = t("me.years_wrong", { max: MOST_YEARS });
  if (values.displayName.trim().length < 2) errors.displayName = t("sign_in.name_missing");
  const wanted: Changes = {
    displayName: values.displayName.trim(),
    location: values.location.trim() || null,
    bio: values.bio.trim() || null,
    trades,
    yearsExperience: years,
    availability: values.availability,
  };
  const before = profile as unknown as Record<string, unknown>;
  const body = Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
  return { body, errors };
}

/** Returns the values of a request that came back. */
export function valuesOfChanges(changes: Changes, photos: string[]): Partial<ProfileValues> {
  const { displayName, location, bio, trades, yearsExperience, availability } = changes;
  return {
    photos,
    ...(displayName ? { displayName } : {}),
    ...(location === undefined ? {} : { location: location ?? "" }),
    ...(bio === undefined ? {} : { bio: bio ?? "" }),
    ...(trades ? { trades: trades.join(", ") } : {}),
    ...(yearsExperience === undefined ? {} : { years: String(yearsExperience ?? "") }),
    ...(availability ? { availability } : {}),
  };
}
