/** Starts the app: words, then the page, then what waits to be sent. */
import { render } from "preact";
import { App } from "./App";
import { readCounts } from "./api/counts";
import { openOutbox, sendWaiting } from "./offline/outbox";
import { deleteOldCopies } from "./offline/saved";
import { registerWorker } from "./offline/updates";
import { endWhenIdle } from "./session/idle";
import { person } from "./session/person";
import { addWords, chosenLanguage, useWords } from "./words/words";

await useWords(chosenLanguage() ?? "en");
const root = document.getElementById("app");
if (root) render(<App />, root);

let owner: string | undefined;
person.subscribe((now) => {
  if (now?.userId === owner) return;
  owner = now?.userId;
  void openOutbox();
  void readCounts();
});
addEventListener("online", () => void sendWaiting());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  void sendWaiting();
  void readCounts();
});
if ("serviceWorker" in navigator && import.meta.env.PROD) void registerWorker();
setTimeout(() => void addWords("problems", "work", "own"), 3_000); // the texts of failures and of the next screens
void deleteOldCopies("public");
endWhenIdle();
