/** Every unit test starts with an empty device and the English words. */
import "fake-indexeddb/auto";
import { beforeEach } from "vitest";
import { addWords, useWords } from "../src/words/words";

beforeEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  await addWords("work", "own", "pages", "admin");
  await useWords("en");
});
