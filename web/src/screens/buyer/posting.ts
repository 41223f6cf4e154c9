/** The rules of posting a job: the steps, what each needs, and the request that the answers become. */
import type { Schemas } from "../../api/client";
import { today } from "../../api/clock";
import type { Errors } from "../../forms/errors";
import { readMoney, writeMoney } from "../../forms/read";
import { money } from "../../words/format";
import { t } from "../../words/words";

export type Category = Schemas["JobPosting"]["category"];
export type When = "soon" | "week" | "day";

export interface PostingValues {
  category: Category | null;
  title: string;
  description: string;
  /** The ids of kept photos. */
  photos: string[];
  location: string;
  budgetCents: string;
  when: When;
  /** The day, where the person chose one. */
  startDate: string;
  payment: "cash" | "escrow";
  /** When a visitor wanted to send it: it is sent by itself after the sign-in. 0: never. */
  sendAfterSignIn: number;
}

export const EMPTY_POSTING: PostingValues = {
  category: null,
  title: "",
  description: "",
  photos: [],
  location: "",
  budgetCents: "",
  when: "soon",
  startDate: "",
  payment: "cash",
  sendAfterSignIn: 0,
};

export const STEPS = ["category", "work", "place", "budget"] as const;
export type Step = (typeof STEPS)[number];

/** The pages of a posting: its steps, and the page on which the answers are checked. */
export const PAGES = STEPS.length + 1;

/** The step in which each field is answered. */
export const STEP_OF: Record<string, Step> = {
  category: "category",
  title: "work",
  description: "work",
  photos: "work",
  location: "place",
  budgetCents: "budget",
  startDate: "budget",
  payment: "budget",
};

const TITLE = { least: 5, most: 200 };
const DESCRIPTION = { least: 20, most: 5000 };
const PLACE = { least: 2, most: 200 };
/** A wish to send is forgotten after half an hour, so that nothing is posted out of the blue. */
const WISH_LASTS = 1_800_000;

export type Amounts = Pick<
  Schemas["AmountsView"],
  "budgetMinCents" | "budgetMaxCents" | "escrowMinCents" | "escrowMaxCents"
>;

/** Returns the address of a step. */
export function pathOf(step: Step | "check"): string {
  return step === "category" ? "/post" : `/post/${step}`;
}

/** Returns the errors of one step; the bounds of amounts are checked where they are known. */
export function errorsOfStep(step: Step, values: PostingValues, amounts?: Amounts): Errors {
  switch (step) {
    case "category":
      return values.category ? {} : { category: t("buyer.category_missing") };
    case "work":
      return errorsOfWork(values);
    case "place":
      return lengthOf(values.location) < PLACE.least ? { location: t("buyer.place_missing") } : {};
    case "budget":
      return { ...errorOfBudget(values, amounts), ...errorOfDay(values) };
  }
}

/** Returns the errors of all steps. */
export function errorsOfPosting(values: PostingValues, amounts?: Amounts): Errors {
  return Object.assign({}, ...STEPS.map((step) => errorsOfStep(step, values, amounts)));
}

export function errorsOfWork(values: Pick<PostingValues, "title" | "description">): Errors {
  const errors: Errors = {};
  if (lengthOf(values.title) < TITLE.least) errors.title = t("buyer.title_short", { least: TITLE.least });
  if (lengthOf(values.title) > TITLE.most) errors.title = t("buyer.too_long", { most: TITLE.most });
  if (lengthOf(values.description) < DESCRIPTION.least)
    errors.description = t("buyer.description_short", { least: DESCRIPTION.least });
  if (lengthOf(values.description) > DESCRIPTION.most)
    errors.description = t("buyer.too_long", { most: DESCRIPTION.most });
  return errors;
}

export function errorOfBudget(
  values: Pick<PostingValues, "budgetCents" | "payment">,
  amounts?: Amounts,
): Errors {
  const cents = readMoney(values.budgetCents);
  if (cents === null) return { budgetCents: t("buyer.amount_unclear") };
  if (!amounts) return {};
  const escrow = values.payment === "escrow";
  const least = escrow ? Math.max(amounts.budgetMinCents, amounts.escrowMinCents) : amounts.budgetMinCents;
  const most = escrow ? Math.min(amounts.budgetMaxCents, amounts.escrowMaxCents) : amounts.budgetMaxCents;
  if (cents >= least && cents <= most) return {};
  return { budgetCents: t("buyer.amount_bounds", { least: money(least), most: money(most) }) };
}

export function errorOfDay(values: Pick<PostingValues, "when" | "startDate">): Errors {
  if (values.when !== "day") return {};
  if (!/^\d{4}-\d\d-\d\d$/.test(values.startDate)) return { startDate: t("buyer.day_missing") };
  return values.startDate < today() ? { startDate: t("buyer.day_past") } : {};
}

/** Returns the request of a posting without its photos, which the outbox uploads. */
export function bodyOf(values: PostingValues): Record<string, unknown> {
  return {
    category: values.category,
    title: values.title.trim(),
    description: values.description.trim(),
    location: values.location.trim(),
    budgetCents: readMoney(values.budgetCents),
    payment: values.payment,
    startDate: startDateOf(values),
  };
}

/** Returns the day of the request; null for "as soon as possible". */
export function startDateOf(values: Pick<PostingValues, "when" | "startDate">): string | null {
  if (values.when === "soon") return null;
  return values.when === "day" ? values.startDate : endOfWeek(today());
}

/** Returns the Friday of a day's week, or its Sunday where that is past. */
export function endOfWeek(date: string): string {
  const there = new Date(`${date}T00:00:00Z`);
  const weekday = there.getUTCDay() || 7; // Monday 1 to Sunday 7
  there.setUTCDate(there.getUTCDate() + (weekday <= 5 ? 5 : 7) - weekday);
  return there.toISOString().slice(0, 10);
}

/** Returns the values of a request that came back. */
export function valuesOfBody(body: Record<string, unknown>, photos: string[]): Partial<PostingValues> {
  const startDate = body.startDate ? String(body.startDate) : "";
  return {
    category: body.category as Category,
    title: String(body.title ?? ""),
    description: String(body.description ?? ""),
    location: String(body.location ?? ""),
    budgetCents: writeMoney(Number(body.budgetCents ?? 0)),
    payment: body.payment === "escrow" ? "escrow" : "cash",
    when: startDate ? "day" : "soon",
    startDate,
    photos,
    sendAfterSignIn: 0,
  };
}

/** Whether a visitor's wish to send still holds. */
export function isWished(values: PostingValues): boolean {
  const age = Date.now() - values.sendAfterSignIn;
  return values.sendAfterSignIn > 0 && age < WISH_LASTS;
}

function lengthOf(text: string): number {
  return [...text.trim()].length;
}
