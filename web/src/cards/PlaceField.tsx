/** A town or suburb: typed freely, with the list of known places to choose from. */
import { signal } from "@preact/signals";
import { api, ask, type Schemas } from "../api/client";
import { Refusal, Unreachable } from "../api/problems";
import type { FieldProps } from "../forms/Field";
import { TextField } from "../forms/TextField";
import { readSaved, writeSaved } from "../offline/saved";
import { t } from "../words/words";

type Places = Schemas["PlacesView"];

const KEY = "places";
const FRESH = 7 * 86_400_000; // places change rarely, and the list costs data

/** The known places, once somebody was about to type one. */
const places = signal<Places | undefined>(undefined);

interface PlaceFieldProps extends Partial<FieldProps> {
  value: string;
  onInput: (value: string) => void;
}

export function PlaceField({ name = "location", label, hint, value, onInput, ...rest }: PlaceFieldProps) {
  return (
    <div onFocusCapture={() => void readPlaces()}>
      <TextField
        {...rest}
        name={name}
        label={label ?? t("place.label")}
        hint={hint ?? t("place.hint")}
        value={value}
        onInput={onInput}
        autocomplete="address-level2"
        maxLength={200}
        list={places.value?.items.map((one) => one.name) ?? []}
      />
    </div>
  );
}

/** Reads the places when the field is used: from the device for a week, then from the API. */
async function readPlaces(): Promise<void> {
  if (places.peek()) return;
  const saved = await readSaved<Places>("public", KEY);
  places.value = saved?.value;
  if (saved && saved.savedAt > Date.now() - FRESH) return;
  try {
    const read = await ask(api.GET("/places"));
    places.value = read;
    await writeSaved("public", KEY, read);
  } catch (cause) {
    if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause; // one can type all the same
  }
}
