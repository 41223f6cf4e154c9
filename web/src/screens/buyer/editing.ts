/** The rules of changing a job: what was changed, and what two people changed at the same time. */
import type { PartyJob } from "../../api/deals";
import type { ChangeRules } from "../../forms/Reconcile";
import { readMoney, writeMoney } from "../../forms/read";
import { changeOfPhotos, removedFrom, type StoredPhotos, storedOf } from "../../forms/storedPhotos";

export const FIELDS = [
  "title",
  "category",
  "payment",
  "description",
  "location",
  "budgetCents",
  "startDate",
] as const;
export type Field = (typeof FIELDS)[number];

/** The fields as texts, as the form has them. */
export type Texts = Record<Field, string>;

export interface EditValues extends Texts {
  /** The texts when the person began, and the version that they belong to. */
  before: Texts;
  version: number;
  /** The photos that the job has. */
  stored: StoredPhotos;
  /** The ids of photos on the phone that come to them. */
  photos: string[];
}

export function textsOf(job: PartyJob): Texts {
  return {
    title: job.title,
    category: job.category,
    payment: job.payment,
    description: job.description,
    location: job.location,
    budgetCents: writeMoney(job.budgetCents),
    startDate: job.startDate?.slice(0, 10) ?? "",
  };
}

export function valuesOfJob(job: PartyJob): EditValues {
  const texts = textsOf(job);
  return { ...texts, before: texts, version: job.version, stored: storedOf(job.photos), photos: [] };
}

/** Returns the fields that the person changed. */
export function changedFields(values: EditValues): Field[] {
  return FIELDS.filter((field) => !isSame(field, values[field], values.before[field]));
}

/** Returns the request: the changed fields only, as the API has them. */
export function bodyOfChanges(values: EditValues): Record<string, unknown> {
  return Object.fromEntries(changedFields(values).map((field) => [field, asSent(field, values[field])]));
}

/** Returns what the outbox needs for changed photos; nothing where they stay as they are. */
export function photosOf(values: EditValues) {
  return changeOfPhotos(values.stored, values.photos, "job");
}

/** Returns the fields in which the newest job differs from what the person wants. None: their change is done. */
export function conflictsOf(values: EditValues, newest: PartyJob): Field[] {
  const texts = textsOf(newest);
  return changedFields(values).filter((field) => !isSame(field, values[field], texts[field]));
}

/** Returns the values that begin anew from the newest job: of the conflicts only those that are kept as "mine". */
export function rebased(values: EditValues, newest: PartyJob, mine: Field[]): EditValues {
  const texts = textsOf(newest);
  const kept = Object.fromEntries(mine.map((field) => [field, values[field]]));
  const stored = removedFrom(newest.photos, values.stored);
  return { ...texts, ...kept, before: texts, version: newest.version, stored, photos: values.photos };
}

/** How a change of a job is compared with a newer version of it. */
export const JOB_RULES: ChangeRules<EditValues, PartyJob, Field> = {
  conflictsOf,
  rebased,
  hasPhotos: (values) => photosOf(values).pictures !== undefined,
};

/** Returns the texts of a request that came back. */
export function textsOfBody(body: Record<string, unknown>): Partial<Texts> {
  const texts: Partial<Texts> = {};
  for (const field of FIELDS)
    if (field in body)
      texts[field] = field === "budgetCents" ? writeMoney(Number(body[field])) : String(body[field] ?? "");
  return texts;
}

function asSent(field: Field, text: string): unknown {
  if (field === "budgetCents") return readMoney(text);
  return text.trim() || null;
}

function isSame(field: Field, one: string, other: string): boolean {
  return asSent(field, one) === asSent(field, other);
}
