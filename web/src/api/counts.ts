/** The numbers on the bottom bar. Screens that read the lists set them; the frame reads them when the app is shown. */
import { signal } from "@preact/signals";
import { signedIn } from "../session/person";
import { api, ask } from "./client";
import { Refusal, Unreachable } from "./problems";

export const openActionCount = signal(0);
export const unreadCount = signal(0);

const AGAIN_AFTER = 60_000;
let readAt = 0;

/** Reads both numbers again, at most once a minute. Does nothing for visitors. */
export async function readCounts(): Promise<void> {
  if (!signedIn.peek()) {
    openActionCount.value = 0;
    unreadCount.value = 0;
    return;
  }
  if (Date.now() - readAt < AGAIN_AFTER) return;
  readAt = Date.now();
  try {
    const [actions, inbox] = await Promise.all([
      ask(api.GET("/me/actions")),
      ask(api.GET("/notifications", { params: { query: { limit: 1 } } })),
    ]);
    openActionCount.value = actions.items.length;
    unreadCount.value = inbox.unreadCount;
  } catch (cause) {
    if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
    readAt = 0; // the numbers stay as they were, and are read again at the next chance
  }
}
