/** Starts the app: words, then the page, then what waits to be sent. */
import { render } from "preact";
import { App } from "./App";
import { checkBuild } from "./api/configuration";
import { readCounts } from "./api/counts";
import { loadEarly } from "./lazyScreen";
import { keepInstallOffer } from "./offline/install";
import { deleteOldDrafts } from "./offline/oldDrafts";
import { openOutbox, sendNow } from "./offline/outbox";
import { deleteOldCopies } from "./offline/saved";
import { registerWorker } from "./offline/updates";
import { adoptLeft } from "./session/enter";
import { endWhenIdle } from "./session/idle";
import { person } from "./session/person";
import { endLeftSession } from "./session/tokens";
import { addWords, chosenLanguage, useWords } from "./words/words";

loadEarly(location.pathname);
await useWords(chosenLanguage() ?? "en");
const arrive = await adoptLeft().catch(() => undefined); // without a database there is nothing to move
const root = document.getElementById("app");
if (root) render(<App />, root);

let owner: string | undefined;
person.subscribe((now) => {
  if (now?.userId === owner) return;
  owner = now?.userId;
  void openOutbox();
  void readCounts();
});
const onReturn = () => {
  void sendNow();
  void readCounts();
  void checkBuild();
  endLeftSession().catch(() => undefined); // no network: the next return tries again
};
addEventListener("online", onReturn);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") onReturn();
});
if ("serviceWorker" in navigator && import.meta.env.PROD) void registerWorker();
setTimeout(() => void checkBuild(), 2_000); // after the first screen
setTimeout(() => addWords("problems", "work", "own").catch(() => undefined), 3_000); // texts of failures and of the next screens
void arrive?.();
endLeftSession().catch(() => undefined);
void deleteOldCopies("public");
void deleteOldDrafts();
endWhenIdle();
keepInstallOffer();
