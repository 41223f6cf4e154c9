/** New versions of the app: taken over at the next navigation on which no form is open. */

let registration: ServiceWorkerRegistration | undefined;
let openForms = 0;
let taking: ReturnType<typeof setTimeout> | undefined;
const SETTLED = 1_000;

/** Registers the service worker, and looks for a new version each time that the app is shown. */
export async function registerWorker(): Promise<void> {
  registration = await navigator.serviceWorker.register(workerAddress());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration?.update().catch(() => undefined);
  });
}

/** Counts a form that holds what somebody wrote; returns what takes it out again. */
export function formIsOpen(): () => void {
  openForms += 1;
  return () => {
    openForms -= 1;
  };
}

/**
 * Called at each navigation: loads the page anew by the new version, if one waits and nothing would be lost.
 *
 * It first lets the page that was opened load its files, because a worker with work to do is not replaced.
 */
export function takeUpdate(): void {
  clearTimeout(taking);
  if (registration?.waiting) taking = setTimeout(askToTakeOver, SETTLED);
}

function askToTakeOver(): void {
  if (openForms > 0) return;
  navigator.serviceWorker.addEventListener("controllerchange", loadAnew, { once: true });
  registration?.waiting?.postMessage("take-over"); // it refuses while another page is open
}

/** A form that was opened while the new version took over stays: its page goes on with the files that it has. */
function loadAnew(): void {
  if (openForms === 0) location.reload();
}

/** Loads the newest version now, because this one may not be used any more. Drafts and the outbox stay. */
export async function loadNewest(): Promise<void> {
  await registration?.update().catch(() => undefined); // without a network the page loads as it is
  registration?.waiting?.postMessage("take-over");
  setTimeout(() => location.reload(), 1_000); // the new worker takes over meanwhile
}

interface TrustedTypes {
  createPolicy(name: string, rules: object): { createScriptURL(path: string): string };
}

/** Returns the one address of a script that this page may load by name, in the form that its security policy asks for. */
function workerAddress(): string {
  const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  const policy = types?.createPolicy("khaya", { createScriptURL: () => "/sw.js" });
  return policy?.createScriptURL("/sw.js") ?? "/sw.js";
}
