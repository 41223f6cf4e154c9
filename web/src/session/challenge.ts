/** The challenge of a code that was sent: kept for ten minutes, because a phone may drop the page while the SMS is read. */
import { database } from "../offline/database";

export interface Challenge {
  /** The API's challenge. */
  challenge: string;
  /** Where the code went, as the person wrote it. */
  contact: string;
  /** The page to go to after the sign-in. */
  then: string;
  /** The code of the invitation that the person took up. */
  invitation?: string | undefined;
  endsAt: number;
}

const KEY = "sign-in";

/** Keeps a challenge in the place of an earlier one. */
export async function keepChallenge(challenge: Challenge): Promise<void> {
  await (await database("public")).put("challenges", { key: KEY, ...challenge });
}

/** Returns the challenge that is still good, or null. */
export async function openChallenge(): Promise<Challenge | null> {
  const kept = (await (await database("public")).get("challenges", KEY)) as unknown as Challenge | undefined;
  return kept && kept.endsAt > Date.now() ? kept : null;
}

/** Forgets the challenge, after it was answered. */
export async function dropChallenge(): Promise<void> {
  await (await database("public")).delete("challenges", KEY);
}
