/**
 * One term for each thing, in both languages, in the app and in the server's notices: src/words/glossary.md says which, and
 * this file finds the others.
 */
import { describe, expect, it } from "vitest";
import englishNotices from "../../layers/khaya/khaya/notifications/catalogue/en.json";
import zuluNotices from "../../layers/khaya/khaya/notifications/catalogue/zu.json";

type Compiled = Record<string, Record<string, string | string[]>>;

const COMPILED = {
  en: import.meta.glob("../src/words/compiled/en.*.json", { eager: true, import: "default" }) as Compiled,
  zu: import.meta.glob("../src/words/compiled/zu.*.json", { eager: true, import: "default" }) as Compiled,
};

/** An English term, the isiZulu stem that stands for it, and entries whose isiZulu sentence rightly does without. */
const TERMS: { english: RegExp; zulu: RegExp; without?: string[] }[] = [
  {
    english: /\bbids?\b/i,
    zulu: /phakam/i,
    without: ["rejection.job_expired", "worker.withdraw_effect"],
  },
  { english: /\bbuyers?\b(?!\})/i, zulu: /thengi/i },
  { english: /\bworkers?\b(?!\})/i, zulu: /sebenzi/i, without: ["job_status.expired"] },
  { english: /\bsellers?\b/i, zulu: /thengisi/i },
  { english: /\bmaterials?\b/i, zulu: /nto (\S+ )?zokwakha|nto (\S+ )?yokwakha/i },
  { english: /\breview(s|ed)?\b/i, zulu: /buyekez/i },
  { english: /\bbudget\b/i, zulu: /sabelomali/i },
  { english: /\bdeposit\b/i, zulu: /diphozithi/i },
  { english: /\bfees?\b/i, zulu: /nkonzo/i },
  { english: /\bproblems?\b/i, zulu: /nkinga/i },
  { english: /\bstor(y|ies)\b/i, zulu: /ndaba/i },
  { english: /\bquestions?\b/i, zulu: /buzo/i },
  { english: /\baccounts?\b/i, zulu: /akhawunti/i },
  { english: /\bdelet(e|ed|es|ing)\b/i, zulu: /sus/i },
  { english: /\brewards?\b/i, zulu: /klomel/i },
  { english: /\bcredits?\b/i, zulu: /khredithi/i },
  { english: /\bhand(ed)? in\b/i, zulu: /thul/i },
  { english: /\bnotices?\b/i, zulu: /aziso/i },
  { english: /\bcash\b/i, zulu: /kheshi/i },
  { english: /\bevidence\b/i, zulu: /fakazi/i },
  { english: /\bphotos?\b/i, zulu: /thombe/i },
  { english: /\bnetwork\b/i, zulu: /nethiwekhi/i },
  { english: /\bbank\b/i, zulu: /bhange/i, without: ["worker.account_link", "worker.account_title"] },
  { english: /\bchecked by khaya\b/i, zulu: /hlolw. yi-Khaya/i },
  { english: /\bthrough khaya\b/i, zulu: /nge-Khaya/i },
];
/** Words of the API, and other words for what the glossary names. */
const NEVER = {
  en: /\b(dispute[sd]?|escrow|enquir(y|ies)|erase[sd]?|erasing|quotes?|verified|provider fee)\b/i,
  zu: /impikiswano|i-?bhidi\b|unebhidi|umkhiqizo|imikhiqizo|isikhangiso|idiphozi\b|umvuzo|imivuzo|i-?escrow/i,
};

function texts(language: "en" | "zu"): Map<string, string> {
  const words = Object.values(COMPILED[language]).flatMap((one) => Object.entries(one));
  const all = words.map(([name, entry]): [string, string] => [name, [entry].flat().join(" | ")]);
  const { kinds, words: values } = language === "en" ? englishNotices : zuluNotices;
  return new Map([...all, ...leaves("notice", { kinds, values })]);
}

/** Returns the texts of a catalogue of notices by their places in it. */
function leaves(name: string, value: unknown): [string, string][] {
  if (typeof value === "string") return [[name, value]];
  return Object.entries(value as object).flatMap(([key, one]) => leaves(`${name}.${key}`, one));
}

/** Returns the texts without the names of their placeholders, which nobody reads. */
function read(text: string): string {
  return text.replace(/\{\w+\}/g, "{}");
}

const english = texts("en");
const zulu = texts("zu");

describe("words", () => {
  it.each(TERMS)(
    "given $english in English, then isiZulu has $zulu",
    ({ english: term, zulu: stem, without }) => {
      const named = [...english].filter(([, text]) => term.test(read(text))).map(([name]) => name);
      expect(named).not.toEqual([]);
      const others = named.filter((name) => !stem.test(zulu.get(name) ?? "") && !without?.includes(name));
      expect(others.map((name) => `${name}: ${english.get(name)} = ${zulu.get(name)}`)).toEqual([]);
      // and no exception outlives its reason
      for (const name of without ?? []) {
        expect(named).toContain(name);
        expect(zulu.get(name)).not.toMatch(stem);
      }
    },
  );

  it.each(["en", "zu"] as const)(
    "given %s, then no text has a word in the place of the glossary's",
    (language) => {
      const found = [...(language === "en" ? english : zulu)].filter(([, text]) =>
        NEVER[language].test(read(text)),
      );
      expect(found).toEqual([]);
    },
  );

  it("given isiZulu, then no text is still the English one", () => {
    const SAME = ["admin.from_to", "pages.help.percent", "channel.push", "channel.whatsapp", "channel.sms"];
    const same = [...zulu].filter(([name, text]) => text === english.get(name)).map(([name]) => name);
    expect(same.sort()).toEqual(SAME.sort());
  });

  it("given a day in an isiZulu sentence, then nothing is joined to its first letter", () => {
    // uLwesithathu after "ngo-" would have to become ngoLwesithathu, and iSonto ngeSonto.
    const joined = [...zulu].filter(([, text]) => /-\{(when|day|date)\}/.test(text));
    expect(joined).toEqual([]);
  });
});
