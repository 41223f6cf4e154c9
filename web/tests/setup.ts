/** Every unit test starts with an empty device, the English words, and no network. */
import "fake-indexeddb/auto";
import { beforeEach, vi } from "vitest";
import { addWords, useWords } from "../src/words/words";

// A test that names no answers has no network.
globalThis.fetch = () => Promise.reject(new TypeError("no network in unit tests"));

beforeEach(async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("unit tests have no network");
  });
  localStorage.clear();
  sessionStorage.clear();
  await addWords("work", "own", "problems", "pages", "admin");
  await useWords("en");
});
