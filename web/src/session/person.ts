/** Who uses the app: the signed-in person, or a visitor. For display only; the API decides what is allowed. */
import { computed, signal } from "@preact/signals";

export type Role = "buyer" | "worker" | "seller" | "admin";

export interface Person {
  userId: string;
  roles: Role[];
  displayName: string;
  photoUrl?: string | null;
  verified?: boolean;
  completion?: number;
}

const KEPT = "khaya-person";
const SHARED = "khaya-shared-phone";

/** null: a visitor. A person is known before the first refresh, from the copy on the device. */
export const person = signal<Person | null>(read());
/** Whether several people use this phone: nothing that was read is kept, and the session ends after 15 idle minutes. */
export const sharedPhone = signal<boolean | null>(readShared());
export const signedIn = computed(() => person.value !== null);
/** Whose data is shown; null for a visitor. */
export const personId = computed(() => person.value?.userId ?? null);

/** Whether the person holds a role. */
export function has(role: Role): boolean {
  return person.value?.roles.includes(role) ?? false;
}

/** Shows a person, and keeps them for the next start. On a shared phone the copy ends with the tab. */
export function setPerson(value: Person | null): void {
  person.value = value;
  for (const store of [localStorage, sessionStorage]) store.removeItem(KEPT);
  if (value) (sharedPhone.value ? sessionStorage : localStorage).setItem(KEPT, JSON.stringify(value));
}

/** Makes this tab a visitor's, because somebody else signed in. Their copy stays for the next start. */
export function hidePerson(): void {
  const hidden = person.peek()?.userId;
  person.value = null;
  sessionStorage.removeItem(KEPT);
  if (read()?.userId === hidden) localStorage.removeItem(KEPT);
}

/** Shows the person who signed in in another tab, from the copy on the device. A shared phone has none: each tab is its own. */
export function showKept(userId: string): void {
  const kept = read();
  if (kept?.userId === userId) person.value = kept;
}

// The copy may reach this tab later than the word of the sign-in, and the name follows once that tab has read it.
addEventListener("storage", (event) => {
  if (event.key !== KEPT) return;
  const [kept, shown] = [read(), person.peek()];
  if (kept && (!shown || shown.userId === kept.userId)) person.value = kept;
});

/** Keeps the answer to "Is this your own phone?". */
export function setSharedPhone(shared: boolean): void {
  sharedPhone.value = shared;
  localStorage.setItem(SHARED, shared ? "yes" : "no");
  setPerson(person.value);
}

function read(): Person | null {
  const kept = sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT);
  try {
    return kept ? (JSON.parse(kept) as Person) : null;
  } catch {
    return null; // a copy that cannot be read counts for none
  }
}

function readShared(): boolean | null {
  const kept = localStorage.getItem(SHARED);
  return kept === null ? null : kept === "yes";
}
