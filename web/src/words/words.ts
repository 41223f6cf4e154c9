/** The words of the app in the person's language: one JSON file per language, loaded when it is needed. */
import { signal } from "@preact/signals";
import type { Word } from "./compiled/names";

export { ALL_CHECKED, type Word } from "./compiled/names";
export type Language = "en" | "zu";
type Entry = string | [none: string, one: string, several: string];
type Bundle = Record<string, Entry>;

const KEPT = "khaya-language";
/** The choice that an account has, so that it does not go to the next person's account too. */
const SAVED = "khaya-language-saved";
/** The files of words: of the first screens, of one's work, of one's own pages, of the admin's, of what went wrong, and the long texts. */
export type BundleName = "first" | "work" | "own" | "problems" | "admin" | "pages";
const FILES = {
  en: {
    first: () => import("./compiled/en.first.json"),
    work: () => import("./compiled/en.work.json"),
    own: () => import("./compiled/en.own.json"),
    problems: () => import("./compiled/en.problems.json"),
    admin: () => import("./compiled/en.admin.json"),
    pages: () => import("./compiled/en.pages.json"),
  },
  zu: {
    first: () => import("./compiled/zu.first.json"),
    work: () => import("./compiled/zu.work.json"),
    own: () => import("./compiled/zu.own.json"),
    problems: () => import("./compiled/zu.problems.json"),
    admin: () => import("./compiled/zu.admin.json"),
    pages: () => import("./compiled/zu.pages.json"),
  },
};

const texts = signal<Bundle>({});
const originals = signal<Bundle>({});
let bundles: BundleName[] = ["first"];

/** The language in use. */
export const language = signal<Language>("en");

/** Returns the language that this device chose earlier, or null before the first choice. */
export function chosenLanguage(): Language | null {
  const kept = localStorage.getItem(KEPT);
  return kept === "en" || kept === "zu" ? kept : null;
}

/** Loads the words of a language and shows them; `keep` makes it the device's choice. */
export async function useWords(wanted: Language, keep = false): Promise<void> {
  texts.value = await load(wanted);
  language.value = wanted;
  document.documentElement.lang = wanted;
  if (keep) localStorage.setItem(KEPT, wanted);
}

/** Whether an account has the device's choice. */
export function isLanguageSaved(): boolean {
  return localStorage.getItem(SAVED) === chosenLanguage();
}

/** Notes that an account has the device's choice. */
export function noteLanguageSaved(saved: Language): void {
  localStorage.setItem(SAVED, saved);
}

/** Adds the words of some screens, which are loaded with them. */
export async function addWords(...wanted: BundleName[]): Promise<void> {
  const missing = wanted.filter((bundle) => !bundles.includes(bundle));
  if (!missing.length) return;
  bundles = [...bundles, ...missing];
  try {
    await useWords(language.value);
  } catch (cause) {
    bundles = bundles.filter((bundle) => !missing.includes(bundle)); // the next screen that needs them asks again
    throw cause;
  }
}

/** Loads the English of the isiZulu texts that no native speaker has checked. */
export async function loadOriginals(): Promise<void> {
  if (language.value === "en") return;
  const [english, checked] = await Promise.all([load("en"), import("./compiled/checked.json")]);
  for (const name of checked.default as string[]) delete english[name];
  originals.value = english;
}

/** Returns the English of a text that is shown in isiZulu and was not checked; null for others, and until it is loaded. */
export function original(word: Word, values: Record<string, string | number> = {}): string | null {
  const entry = language.value === "en" ? undefined : originals.value[word];
  return entry === undefined ? null : filled(entry, values);
}

async function load(file: Language): Promise<Bundle> {
  const wanted = bundles;
  const loaded = await Promise.all(wanted.map((bundle) => FILES[file][bundle]()));
  if (wanted !== bundles) return load(file); // another screen asked for more meanwhile
  return Object.assign({}, ...loaded.map((one) => one.default));
}

/** Returns a text with its placeholders filled; a text that counts goes by the value `n`. */
export function t(word: Word, values: Record<string, string | number> = {}): string {
  return filled(texts.value[word] ?? word, values);
}

function filled(entry: Entry, values: Record<string, string | number>): string {
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
