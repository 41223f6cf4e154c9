/** On a shared phone a session ends after 15 minutes in which nobody touched the app. */
import { leave } from "./leave";
import { sharedPhone, signedIn } from "./person";

const IDLE = 15 * 60_000;
const KEPT = "khaya-last-touch"; // of all tabs: a tab in the background must not end the session of another

/** Watches for touches, and signs out when there were none. */
export function endWhenIdle(): void {
  const touched = () => localStorage.setItem(KEPT, String(Date.now()));
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched, { passive: true });
  const check = () => {
    if (!signedIn.peek() || sharedPhone.peek() !== true) return;
    const last = Number(localStorage.getItem(KEPT) ?? Date.now());
    if (Date.now() - last > IDLE) void leave();
  };
  check();
  setInterval(check, 30_000);
  document.addEventListener("visibilitychange", check);
}
