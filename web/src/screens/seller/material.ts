/** The rules of a listing's form: what is read from it, and how an edit is told from what is there. */

import type { Schemas } from "../../api/client";
import type { MaterialCategory } from "../../cards/CategoryPicture";
import { UNITS } from "../../cards/MaterialCard";
import type { Errors } from "../../forms/errors";
import { readMoney, writeMoney } from "../../forms/read";
import { t } from "../../words/words";

export const TITLE_MOST = 200;
export const DESCRIPTION_MOST = 5000;
export const OTHER_UNIT = "other";
const PRICE_MOST = 10_000_000_000;
const STOCK_MOST = 1_000_000_000;

export interface MaterialValues {
  title: string;
  category: MaterialCategory | "";
  priceCents: string;
  /** One of the known units, or OTHER_UNIT. */
  unit: string;
  unitOther: string;
  stock: string;
  location: string;
  description: string;
  /** The ids of photos that are kept on the phone. */
  photos: string[];
}

export const EMPTY_MATERIAL: MaterialValues = {
  title: "",
  category: "",
  priceCents: "",
  unit: "",
  unitOther: "",
  stock: "",
  location: "",
  description: "",
  photos: [],
};

/** What an edit can change, but photos. */
export type Fields = Pick<
  Schemas["OwnListingView"],
  "title" | "category" | "priceCents" | "unit" | "location" | "description"
>;
export type FieldName = keyof Fields;
export const FIELD_NAMES: FieldName[] = [
  "title",
  "category",
  "priceCents",
  "unit",
  "location",
  "description",
];

type Read<T> = { value: T; errors?: undefined } | { errors: Errors };

/** Returns the fields that a form says, or its errors. */
export function readFields(values: MaterialValues): Read<Fields> {
  const errors: Errors = {};
  const title = values.title.trim();
  const description = values.description.trim();
  const location = values.location.trim();
  const unit = (values.unit === OTHER_UNIT ? values.unitOther : values.unit).trim();
  const priceCents = readMoney(values.priceCents);
  if (lengthOf(title) < 5 || lengthOf(title) > TITLE_MOST) errors.title = t("seller.title_wrong");
  if (!values.category) errors.category = t("seller.category_missing");
  if (priceCents === null || priceCents < 1 || priceCents > PRICE_MOST)
    errors.priceCents = t("seller.price_unclear");
  if (!unit || lengthOf(unit) > 50)
    errors[values.unit === OTHER_UNIT ? "unitOther" : "unit"] = t("seller.unit_missing");
  if (lengthOf(location) < 2) errors.location = t("seller.place_missing");
  if (lengthOf(description) < 20) errors.description = t("seller.description_short");
  else if (lengthOf(description) > DESCRIPTION_MOST)
    errors.description = t("field.too_long", { max: DESCRIPTION_MOST });
  if (priceCents === null || !values.category || Object.keys(errors).length) return { errors };
  return { value: { title, category: values.category, priceCents, unit, location, description } };
}

/** Returns a new listing that a form says, without its photos, or the form's errors. */
export function readOffer(values: MaterialValues): Read<Omit<Schemas["ListingOffer"], "photos">> {
  const fields = readFields(values);
  const stock = readStock(values.stock);
  if (stock === null) return { errors: { ...fields.errors, stock: t("seller.stock_unclear") } };
  return fields.errors ? fields : { value: { ...fields.value, stock } };
}

/** Returns a count of stock; null where it is none. */
export function readStock(text: string): number | null {
  const plain = text.replace(/[\s\u00a0]/g, "");
  if (!/^\d{1,10}$/.test(plain)) return null;
  return Number(plain) <= STOCK_MOST ? Number(plain) : null;
}

/** Returns what the form shows for a listing. */
export function valuesOf(listing: Fields): MaterialValues {
  const known = UNITS.includes(listing.unit);
  return {
    ...EMPTY_MATERIAL,
    title: listing.title,
    category: listing.category,
    priceCents: writeMoney(listing.priceCents),
    unit: known ? listing.unit : OTHER_UNIT,
    unitOther: known ? "" : listing.unit,
    location: listing.location,
    description: listing.description,
  };
}

/** Returns the fields of a listing alone. */
export function fieldsOf(listing: Fields): Fields {
  const { title, category, priceCents, unit, location, description } = listing;
  return { title, category, priceCents, unit, location, description };
}

/** Returns what differs between a listing and what is wanted. */
export function changesOf(base: Fields, wanted: Fields): Partial<Fields> {
  return Object.fromEntries(
    FIELD_NAMES.filter((name) => wanted[name] !== base[name]).map((name) => [name, wanted[name]]),
  );
}

/**
 * Returns the fields about which two people, or two phones, disagree.
 *
 * `base` is what the edit began from; without it each field that differs counts.
 */
export function clashesOf(base: Fields | null, changes: Partial<Fields>, newer: Fields): FieldName[] {
  return FIELD_NAMES.filter(
    (name) => name in changes && changes[name] !== newer[name] && (!base || newer[name] !== base[name]),
  );
}

function lengthOf(text: string): number {
  return [...text].length;
}
