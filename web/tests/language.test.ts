import { beforeEach, expect, it } from "vitest";
import { entered } from "../src/session/enter";
import { language, useWords } from "../src/words/words";
import { answers, noNetwork, signInAs } from "./api";

const PROFILE = { userId: "u1", roles: ["worker"], displayName: "Sipho" };
const PREFERENCES = "/notifications/preferences";

/** An API whose account has a language. Returns what is saved to it. */
function account(of: "en" | "zu"): () => unknown[] {
  let preferences: unknown = { language: of, channels: { "bid.placed": ["push"] } };
  const asked = answers({
    "GET /profiles/me": PROFILE,
    [`GET ${PREFERENCES}`]: () => preferences,
    [`PUT ${PREFERENCES}`]: ({ body }: { body: unknown }) => {
      preferences = body;
      return body;
    },
  });
  return () => asked.filter((one) => one.method === "PUT").map((one) => one.body);
}

beforeEach(() => signInAs());

it("given isiZulu chosen on the first screen, when they sign in, then their notices come in isiZulu, by the same channels", async () => {
  await useWords("zu", true);
  const saved = account("en");
  await entered();
  expect(saved()).toEqual([{ language: "zu", channels: { "bid.placed": ["push"] } }]);
  expect(language.value).toBe("zu");
});

it("given a phone whose choice went to the account of somebody else, when the next person signs in, then theirs is shown and kept", async () => {
  await useWords("zu", true);
  account("en");
  await entered();
  const saved = account("en");
  await entered();
  expect(language.value).toBe("en");
  expect(saved()).toEqual([]);
});

it("given the same language on both, when they sign in, then nothing is changed", async () => {
  await useWords("zu", true);
  const saved = account("zu");
  await entered();
  await entered();
  expect(saved()).toEqual([]);
  expect(language.value).toBe("zu");
});

it("given no answer at the sign-in, then the next one saves the choice", async () => {
  await useWords("zu", true);
  answers({ "GET /profiles/me": PROFILE, [`GET ${PREFERENCES}`]: noNetwork });
  await entered();
  const saved = account("en");
  await entered();
  expect(saved()).toMatchObject([{ language: "zu" }]);
});
