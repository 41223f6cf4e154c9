/**
 * The invitation by which somebody came, until they sign in.
 *
 * The one that is kept on the phone is only offered: on a shared phone the next who signs in may be another person. What
 * was taken up goes with the sign-in itself.
 */
import { newKey } from "../api/action";
import { api, ask } from "../api/client";
import { Refusal } from "../api/problems";

const KEPT = "khaya-invitation";
const LASTS = 30 * 86_400_000;

/** Keeps the code of an invitation, to offer it at the next sign-in. */
export function keepInvitation(code: string): void {
  localStorage.setItem(KEPT, JSON.stringify({ code, endsAt: Date.now() + LASTS }));
}

/** Returns the code that is kept, or null. */
export function keptInvitation(): string | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null") as { code: string; endsAt: number } | null;
    return kept && kept.endsAt > Date.now() ? kept.code : null;
  } catch {
    return null; // what cannot be read counts for none
  }
}

/** Uses an invitation for the person who has signed in. One that is of no use to them is dropped. */
export async function applyInvitation(code: string): Promise<void> {
  try {
    await ask(
      api.POST("/referrals/applications", {
        body: { code },
        params: { header: { "Idempotency-Key": newKey() } },
      }),
    );
  } catch (cause) {
    if (!(cause instanceof Refusal) || cause.status >= 500 || cause.status === 429) throw cause;
  }
  if (keptInvitation() === code) localStorage.removeItem(KEPT);
}
