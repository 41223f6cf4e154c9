import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fieldSentence, Refusal, sentence, Unreachable } from "../src/api/problems";
import { isWord, useWords } from "../src/words/words";

const document = JSON.parse(readFileSync("../functions/platform/openapi.json", "utf-8"));
const codes: string[] = document.components.schemas.Problem.properties.code.enum;
// The app makes these requests itself, so that a person can do nothing about such an answer but report it.
const OF_THE_PROGRAM = new Set([
  "unsupported_media_type",
  "body_not_json",
  "duplicate_key",
  "body_required",
  "invalid_cursor",
  "idempotency_key_required",
  "invalid_idempotency_key",
  "wrong_signature",
]);

function refusal(code: string, params: object): Refusal {
  return new Refusal(new Response(null, { status: 409 }), {
    code,
    params,
    detail: "The server's own sentence.",
  });
}

describe("problems", () => {
  it.each(["en", "zu"] as const)(
    "given the language %s, then each code of the API has a sentence",
    async (language) => {
      await useWords(language);
      const without = codes.filter((code) => !OF_THE_PROGRAM.has(code) && !isWord(`problem.${code}`));
      expect(without).toEqual([]);
    },
  );

  it("given a problem with amounts and times, when it is shown, then they read as people write them", () => {
    const escrow = refusal("escrow_amount", { minCents: 20000, maxCents: 5000000 });
    expect(sentence(escrow)).toBe("Through Khaya, bids are from R200 to R50\u00a0000.");
    const late = refusal("payout_account_changed", { usableFrom: "2026-12-04T12:00:00.000Z" });
    expect(sentence(late)).toContain("Friday 4 December, 14:00");
  });

  it("given a code that the app does not know, when it is shown, then the API's sentence is used", () => {
    expect(sentence(refusal("brand_new", {}))).toBe("The server's own sentence.");
  });

  it("given no answer, when it is shown, then the network is named", () => {
    expect(sentence(new Unreachable("x"))).toContain("network");
  });

  it("given a field's error, when it is shown, then its limits are named", () => {
    const error = { field: "title", code: "too_short", message: "x", params: { min: 5 } } as const;
    expect(fieldSentence(error)).toBe("Write at least 5 characters.");
  });
});
