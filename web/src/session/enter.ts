/** What follows a good sign-in: the profile, the language, the drafts that the visitor wrote, the invitation that was kept. */
import { newKey } from "../api/action";
import { api, ask } from "../api/client";
import { Refusal, Unreachable } from "../api/problems";
import { forget } from "../api/query";
import { adoptDrafts } from "../offline/drafts";
import { agreeOnLanguage } from "./language";
import { type Person, person, setPerson } from "./person";

const INVITATION = "khaya-invitation";

/** Keeps the code of an invitation until somebody signs in. */
export function keepInvitation(code: string): void {
  localStorage.setItem(INVITATION, code);
}

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

/** Does what a sign-in makes possible. A failure here ends no sign-in. */
export async function entered(): Promise<void> {
  forget();
  await adoptDrafts().catch(() => undefined); // a full phone keeps the drafts where they are
  await Promise.all([endsNoSignIn(agreeOnLanguage()), endsNoSignIn(readPerson().then(useInvitation))]);
}

async function endsNoSignIn(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
  }
}

async function useInvitation(): Promise<void> {
  const code = localStorage.getItem(INVITATION);
  if (!code || !person.peek()) return;
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
  localStorage.removeItem(INVITATION); // used, or of no use to this person
}
