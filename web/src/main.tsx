/** Starts the app: words, then the page, then what waits to be sent. */
import { render } from "preact";
import { App } from "./App";
import { openOutbox, sendWaiting } from "./offline/outbox";
import { person } from "./session/person";
import { chosenLanguage, useWords } from "./words/words";

await useWords(chosenLanguage() ?? "en");
const root = document.getElementById("app");
if (root) render(<App />, root);

let owner: string | undefined;
person.subscribe((now) => {
  if (now?.userId === owner) return;
  owner = now?.userId;
  void openOutbox();
});
addEventListener("online", () => void sendWaiting());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void sendWaiting();
});
if ("serviceWorker" in navigator && import.meta.env.PROD)
  addEventListener("load", () => void navigator.serviceWorker.register("/sw.js"));
