/** Putting the app on the phone's screen, which is offered after a first job or bid and not before. */
import { signal } from "@preact/signals";

interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** What the browser offers; null where it offers nothing, as when the app is there already. */
export const installOffer = signal<InstallEvent | null>(null);

/** Keeps the browser's offer until the right moment. */
export function keepInstallOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installOffer.value = event as InstallEvent;
  });
  addEventListener("appinstalled", () => {
    installOffer.value = null;
  });
}

/** Shows the browser's question. It can be asked once. */
export async function install(): Promise<void> {
  const offer = installOffer.peek();
  installOffer.value = null;
  await offer?.prompt();
}
