/**
 * What a sign-in still has to bring with it, as the drafts that the visitor wrote: noted with the sign-in, so that a page
 * that ends in between leaves it to the next start as the same person.
 */

const KEPT = "khaya-arrival";

export interface Arrival {
  userId: string;
  /** The invitation that the person took up. */
  invitation?: string | undefined;
}

/** Notes that somebody has signed in. */
export function noteArrival(arrival: Arrival): void {
  localStorage.setItem(KEPT, JSON.stringify(arrival));
}

/** Returns what is still to be brought for a person, or null. */
export function arrivalOf(userId: string | null): Arrival | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Arrival | null;
    return kept && kept.userId === userId ? kept : null;
  } catch {
    return null; // what cannot be read counts for none
  }
}

/** Forgets it, because everything was brought, or the person has left. */
export function forgetArrival(): void {
  localStorage.removeItem(KEPT);
}
