/** Asks for a code. One door: a new phone number gets an account by it, and a known one is signed in. */
import { api, ask } from "../api/client";
import { language } from "../words/words";
import { type Challenge, keepChallenge } from "./challenge";

export type Channel = "sms" | "whatsapp" | "email";

/**
 * Sends a code to a phone number or an e-mail address, and keeps the challenge.
 *
 * By e-mail it goes to the address that the account of a phone number has; a new number has none, and gets no code so.
 */
export async function requestCode(
  { contact, then, invitation }: Pick<Challenge, "contact" | "then" | "invitation">,
  channel?: Channel,
): Promise<Challenge> {
  const common = { language: language.value, ...(channel ? { channel } : {}) };
  const sent =
    contact.includes("@") || channel === "email"
      ? await ask(api.POST("/auth/codes", { body: { username: contact.trim(), ...common } }))
      : await ask(api.POST("/auth/sign-up", { body: { phone: contact.trim(), ...common } }));
  const endsAt = Date.now() + sent.expiresIn * 1000;
  const challenge = { challenge: sent.challenge, contact, then, invitation, endsAt };
  await keepChallenge(challenge);
  return challenge;
}

/** Returns the address of the app in a text of an address, so that nothing can lead elsewhere. */
export function pathInApp(then: string | undefined): string {
  if (!then?.startsWith("/")) return "/";
  try {
    const url = new URL(then, location.origin); // browsers drop tabs and turn backslashes, so their reading counts
    const path = url.pathname + url.search + url.hash;
    return url.origin === location.origin && !path.startsWith("//") ? path : "/";
  } catch {
    return "/"; // no address at all
  }
}
