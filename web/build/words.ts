/**
 * Compiles the PO files of src/words to one JSON file per language and bundle, and the names of all words to a type.
 *
 * An entry is a text, or, with msgid_plural, three: for none, for one and for several.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { po } from "gettext-parser";

type Entry = string | [string, string, string];
type Words = Record<string, Entry>;

const FOLDER = new URL("../src/words/", import.meta.url);
const LANGUAGES = ["en", "zu"] as const;
/** The areas of each file. An area that is named nowhere is in "work", which all screens but the first ones load. */
const BUNDLES = {
  first: ["common", "api", "public", "sign_in"],
  own: ["me", "settings", "money", "seller"],
  problems: ["problems"],
  pages: ["pages"],
  admin: ["admin"],
  work: [] as string[],
};

/** Returns the words of one area in one language, and which of them nobody has checked. */
export function readArea(language: string, area: string): { words: Words; fuzzy: string[] } {
  const file = new URL(`${language}/${area}`, FOLDER);
  const words: Words = {};
  const fuzzy: string[] = [];
  for (const group of Object.values(po.parse(readFileSync(file)).translations))
    for (const one of Object.values(group)) {
      if (!one.msgid) continue;
      const texts = one.msgstr;
      if (texts.some((text: string) => !text))
        throw new Error(`${language}/${area}: "${one.msgid}" has no text`);
      if (texts.length !== 1 && texts.length !== 3)
        throw new Error(`${language}/${area}: "${one.msgid}" needs one text, or three (none, one, several)`);
      words[one.msgid] = texts.length === 1 ? String(texts[0]) : (texts as [string, string, string]);
      if (one.comments?.flag?.includes("fuzzy")) fuzzy.push(one.msgid);
    }
  return { words, fuzzy };
}

/** Returns the names of the areas, from the English folder. */
export function areas(): string[] {
  return readdirSync(new URL("en/", FOLDER))
    .filter((name) => name.endsWith(".po"))
    .sort();
}

function holes(entry: Entry): string {
  const all = typeof entry === "string" ? [entry] : entry;
  return [...new Set(all.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort().join();
}

function compile(): void {
  const out = new URL("compiled/", FOLDER);
  mkdirSync(out, { recursive: true });
  const names: string[] = [];
  const checked: string[] = [];
  const named = Object.values(BUNDLES).flat();
  for (const [bundle, list] of Object.entries(BUNDLES)) {
    const holds = (file: string) => {
      const area = file.replace(/\.po$/, "");
      return bundle === "work" ? !named.includes(area) : list.includes(area);
    };
    const english: Words = {};
    for (const language of LANGUAGES) {
      const all: Words = {};
      const unchecked: string[] = [];
      for (const area of areas().filter(holds)) {
        const { words, fuzzy } = readArea(language, area);
        for (const name of Object.keys(words)) if (name in all) throw new Error(`"${name}" is defined twice`);
        Object.assign(all, words);
        unchecked.push(...fuzzy);
      }
      if (language === "en") Object.assign(english, all);
      if (language !== "en") checked.push(...Object.keys(all).filter((name) => !unchecked.includes(name)));
      for (const name of new Set([...Object.keys(english), ...Object.keys(all)])) {
        if (!(name in english)) throw new Error(`${language}: "${name}" is not an English word`);
        if (!(name in all)) throw new Error(`${language}: "${name}" is missing`);
        if (holes(english[name] as Entry) !== holes(all[name] as Entry))
          throw new Error(`${language}: "${name}" has other placeholders than the English text`);
      }
      writeFileSync(new URL(`${language}.${bundle}.json`, out), JSON.stringify(all));
      if (language === "zu")
        console.log(
          `isiZulu (${bundle}): ${unchecked.length} of ${Object.keys(all).length} words are not checked by a native speaker`,
        );
    }
    names.push(...Object.keys(english));
  }
  writeFileSync(new URL("checked.json", out), JSON.stringify(checked));
  const type = names.sort().map((name) => `  | ${JSON.stringify(name)}`);
  writeFileSync(
    new URL("names.ts", out),
    `/** The names of all words. Made by build/words.ts. */\nexport type Word =\n${type.join("\n")};\n
/** Whether a native speaker has checked every isiZulu text. */\nexport const ALL_CHECKED: boolean = ${checked.length === names.length};\n`,
  );
}

if (import.meta.main) compile();
