/** On a shared phone a session ends after 15 minutes in which nobody touched the app. */
import { now } from "../api/clock";
import { readConfiguration } from "../api/configuration";
import { leave } from "./leave";
import { personId, sharedPhone } from "./person";

const IDLE = 15 * 60_000;
const PATIENCE = 10_000; // nobody sees a private screen for longer while the server is asked for the time
const KEPT = "khaya-last-touch"; // of all tabs: a tab in the background must not end the session of another

/** When this page was touched last, on a clock that nobody can set but that stands still while the phone sleeps. */
let touchedHere = performance.now();

/** Watches for touches, and signs out when there were none. What is not sent stays for the same person. */
export function endWhenIdle(): void {
  const touched = () => {
    touchedHere = performance.now();
    localStorage.setItem(KEPT, String(now()));
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched, { passive: true });
  const check = async (opens = false) => {
    const owner = personId.peek();
    if (!owner || sharedPhone.peek() !== true || !(await isIdle(opens))) return;
    if (personId.peek() === owner) await leave(true);
  };
  void check(true);
  setInterval(() => void check(), 30_000);
  document.addEventListener("visibilitychange", () => void check());
}

/**
 * Whether nobody touched the app for so long; `opens` says that the page has just been opened.
 *
 * Where the phone's clock says so and the page's own does not, the phone slept or its clock was set: the server's time
 * tells which. Without a network the phone counts as asleep, because a private screen must not stay open. A touch while
 * the server is asked changes nothing: it may be the next person's. A page that opens shows nothing of theirs meanwhile,
 * so nobody is asked.
 */
export async function isIdle(opens = false): Promise<boolean> {
  const touched = Number(localStorage.getItem(KEPT) ?? now());
  if (now() - touched <= IDLE) return false;
  if (opens || performance.now() - touchedHere > IDLE) return true;
  const patience = new Promise((done) => setTimeout(done, PATIENCE));
  await Promise.race([readConfiguration().catch(() => undefined), patience]); // any answer brings the server's time
  return now() - touched > IDLE;
}
