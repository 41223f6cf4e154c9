/** A town or suburb: typed freely, with the list of known places to choose from. */
import { api, ask, type Schemas } from "../api/client";
import { type Query, useQuery } from "../api/query";
import type { FieldProps } from "../forms/Field";
import { TextField } from "../forms/TextField";
import { readSaved, writeSaved } from "../offline/saved";
import { t } from "../words/words";

type Places = Schemas["PlacesView"];

const KEY = "places";
const FRESH = 7 * 86_400_000; // places change rarely, and the list costs data

interface PlaceFieldProps extends Partial<FieldProps> {
  value: string;
  onInput: (value: string) => void;
}

export function PlaceField({ name = "location", label, hint, value, onInput, ...rest }: PlaceFieldProps) {
  const places = usePlaces();
  return (
    <TextField
      {...rest}
      name={name}
      label={label ?? t("place.label")}
      hint={hint ?? t("place.hint")}
      value={value}
      onInput={onInput}
      autocomplete="address-level2"
      maxLength={200}
      list={places.data.value?.items.map((one) => one.name) ?? []}
    />
  );
}

/** Returns the known places; they are read from the API once a week. */
export function usePlaces(): Query<Places> {
  return useQuery(KEY, readPlaces);
}

async function readPlaces(): Promise<Places> {
  const saved = await readSaved<Places>("public", KEY);
  if (saved && saved.savedAt > Date.now() - FRESH) return saved.value;
  try {
    const places = await ask(api.GET("/places"));
    await writeSaved("public", KEY, places);
    return places;
  } catch (cause) {
    if (saved) return saved.value;
    throw cause;
  }
}
