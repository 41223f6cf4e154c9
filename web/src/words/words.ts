/** The words of the app in the person's language: one JSON file per language, loaded when it is needed. */
import { signal } from "@preact/signals";
import type { Word } from "./compiled/names";

export type { Word } from "./compiled/names";
export type Language = "en" | "zu";
type Entry = string | [none: string, one: string, several: string];
type Bundle = Record<string, Entry>;

const KEPT = "khaya-language";
const FILES = {
  en: { app: () => import("./compiled/en.app.json"), admin: () => import("./compiled/en.admin.json") },
  zu: { app: () => import("./compiled/zu.app.json"), admin: () => import("./compiled/zu.admin.json") },
};

const texts = signal<Bundle>({});
let bundles: ("app" | "admin")[] = ["app"];

/** The language in use. */
export const language = signal<Language>("en");

/** Returns the language that this device chose earlier, or null before the first choice. */
export function chosenLanguage(): Language | null {
  const kept = localStorage.getItem(KEPT);
  return kept === "en" || kept === "zu" ? kept : null;
}

/** Loads the words of a language and shows them; `keep` makes it the device's choice. */
export async function useWords(wanted: Language, keep = false): Promise<void> {
  const loaded = await Promise.all(bundles.map((bundle) => FILES[wanted][bundle]()));
  texts.value = Object.assign({}, ...loaded.map((one) => one.default));
  language.value = wanted;
  document.documentElement.lang = wanted;
  if (keep) localStorage.setItem(KEPT, wanted);
}

/** Adds the words of the admin's pages. */
export async function useAdminWords(): Promise<void> {
  if (bundles.includes("admin")) return;
  bundles = ["app", "admin"];
  await useWords(language.value);
}

/** Returns a text with its placeholders filled; a text that counts goes by the value `n`. */
export function t(word: Word, values: Record<string, string | number> = {}): string {
  const entry = texts.value[word] ?? word;
  const text = typeof entry === "string" ? entry : entry[form(Number(values.n))];
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** Whether a name is a word of the app, for names that are made of the API's codes. */
export function isWord(name: string): name is Word {
  return name in texts.value;
}

function form(n: number): 0 | 1 | 2 {
  return n === 0 ? 0 : n === 1 ? 1 : 2;
}
