/** What follows a good sign-in: the profile, the language, the drafts that the visitor wrote, the invitation. */
import { api, ask } from "../api/client";
import { Refusal, Unreachable } from "../api/problems";
import { forget } from "../api/query";
import { adoptDrafts } from "../offline/drafts";
import { arrivalOf, forgetArrival } from "./arrival";
import { applyInvitation } from "./invitation";
import { agreeOnLanguage } from "./language";
import { type Person, personId, setPerson } from "./person";

/** How long a start may wait for the drafts before it shows a page all the same, in milliseconds. */
const PATIENCE = 2_000;

/** Reads the profile again, and shows it. */
export async function readPerson(): Promise<void> {
  const profile = await ask(api.GET("/profiles/me"));
  setPerson({
    userId: profile.userId,
    roles: profile.roles as Person["roles"],
    displayName: profile.displayName,
    photoUrl: profile.photoUrl,
    verified: profile.verified,
    completion: profile.completion,
  });
}

/** Does what a sign-in makes possible. A failure here ends no sign-in, and what is left of it is done at the next start. */
export async function entered(): Promise<void> {
  forget();
  const arrival = arrivalOf(personId.peek());
  const adopted = await isAdopted();
  const arrived = await Promise.all([
    isDone(agreeOnLanguage()),
    isDone(readPerson().then(() => (arrival?.invitation ? applyInvitation(arrival.invitation) : undefined))),
  ]);
  if (arrivalOf(arrival?.userId ?? null) && adopted && arrived.every(Boolean)) forgetArrival();
}

/**
 * Moves the drafts that an earlier page did not get to, before a form is shown. Returns what else is left of the sign-in.
 */
export async function adoptLeft(): Promise<(() => Promise<void>) | undefined> {
  if (!arrivalOf(personId.peek())) return undefined;
  await Promise.race([isAdopted(), new Promise((done) => setTimeout(done, PATIENCE))]); // some phones open no database
  return entered;
}

async function isAdopted(): Promise<boolean> {
  return adoptDrafts().then(
    () => true,
    () => false, // a full phone keeps the drafts where they are
  );
}

async function isDone(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (cause) {
    if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
    return false;
  }
}
