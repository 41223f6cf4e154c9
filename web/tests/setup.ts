/** Every unit test starts with an empty device and the English words. */
import "fake-indexeddb/auto";
import { beforeEach } from "vitest";
import { addWords, useWords } from "../src/words/words";

// A test that names no answers has no network.
globalThis.fetch = () => Promise.reject(new TypeError("no network in unit tests"));

beforeEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  await addWords("work", "own", "pages", "admin");
  await useWords("en");
});
