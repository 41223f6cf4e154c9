/** Taking up and giving up roles. A new role needs a new token, which is fetched at once. */
import { api, ask } from "../api/client";
import { person, type Role, setPerson } from "./person";
import { accessToken, refresh } from "./tokens";

type OwnRole = Exclude<Role, "admin">;

/** Adds a role to the person. */
export async function takeRole(role: Role): Promise<void> {
  await setRoles((roles) => (roles.includes(role) ? roles : [...roles, role]));
}

/** Takes a role from the person; what goes with it, as pending bids, ends. */
export async function dropRole(role: Role): Promise<void> {
  await setRoles((roles) => roles.filter((one) => one !== role));
}

async function setRoles(change: (roles: Role[]) => Role[]): Promise<void> {
  const known = person.peek();
  if (!known) return;
  const wanted = change(known.roles).filter((one): one is OwnRole => one !== "admin");
  const profile = await ask(api.PUT("/profiles/me/roles", { body: { roles: wanted } }));
  await refresh(await accessToken()); // the token in use knows only the earlier roles
  setPerson({ ...known, roles: profile.roles as Role[] });
}
