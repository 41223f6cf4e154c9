/** Every unit test starts with an empty device, the English words, and no network. */
import "fake-indexeddb/auto";
import { beforeEach, vi } from "vitest";
import { addWords, useWords } from "../src/words/words";

beforeEach(async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("unit tests have no network");
  });
  localStorage.clear();
  sessionStorage.clear();
  await addWords("work", "own", "pages", "admin");
  await useWords("en");
});
