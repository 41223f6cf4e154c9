/**
 * Amounts, dates and phone numbers as people here write them, in both languages.
 *
 * Browsers have no isiZulu data, so that `Intl` cannot be used.
 */
import { language } from "./words";

const MONTHS = {
  en: "January February March April May June July August September October November December",
  zu: "Januwari Februwari Mashi Ephreli Meyi Juni Julayi Agasti Septhemba Okthoba Novemba Disemba",
};
const DAYS = {
  en: "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
  zu: "iSonto uMsombuluko uLwesibili uLwesithathu uLwesine uLwesihlanu uMgqibelo",
};
const SAST = 2 * 3_600_000;
const DAY = 86_400_000;

/** Returns cents as R1 234 or R1 234.50, with no-break spaces. */
export function money(cents: number): string {
  const whole = Math.floor(Math.abs(cents) / 100);
  const rest = Math.abs(cents) % 100;
  const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  return `${cents < 0 ? "−" : ""}R${grouped}${rest ? `.${String(rest).padStart(2, "0")}` : ""}`;
}

/** Returns an amount of any currency: in rand as others are, else as USD 1 234.50. */
export function moneyIn(cents: number, currency: string): string {
  return currency === "ZAR" ? money(cents) : money(cents).replace("R", `${currency}\u00a0`);
}

/** Returns a month of the form 2026-12 as "December 2026". */
export function monthOf(month: string): string {
  const [year, number] = month.split("-");
  return `${MONTHS[language.value].split(" ")[Number(number) - 1]} ${year}`;
}

/** Returns a moment as "Friday 5 December, 14:00" in South African time. */
export function moment(iso: string): string {
  const there = new Date(Date.parse(iso) + SAST);
  const time = `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`;
  return `${dayOf(there)}, ${time}`;
}

/** Returns the day of a moment, or a date of the form 2026-12-05, as "Friday 5 December". */
export function day(iso: string): string {
  return dayOf(iso.length === 10 ? new Date(`${iso}T00:00:00Z`) : new Date(Date.parse(iso) + SAST));
}

/** Returns until when something is: its day, and the time only where it is today or tomorrow. */
export function deadline(iso: string, now: number): string {
  const days = Math.floor((Date.parse(iso) + SAST) / DAY) - Math.floor((now + SAST) / DAY);
  return days === 0 || days === 1 ? moment(iso) : day(iso);
}

/** Returns a South African number as 082 123 4567, and others as they are. */
export function phone(number: string): string {
  const local = /^\+27(\d{2})(\d{3})(\d{4})$/.exec(number);
  return local ? `0${local[1]} ${local[2]} ${local[3]}` : number;
}

/** Returns a number with one decimal and a comma or point as the language has it. */
export function decimal(value: number): string {
  return (Math.round(value * 10) / 10).toFixed(1);
}

function dayOf(there: Date): string {
  const names = DAYS[language.value].split(" ");
  const months = MONTHS[language.value].split(" ");
  const year =
    there.getUTCFullYear() === new Date(Date.now() + SAST).getUTCFullYear()
      ? ""
      : ` ${there.getUTCFullYear()}`;
  return `${names[there.getUTCDay()]} ${there.getUTCDate()} ${months[there.getUTCMonth()]}${year}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
