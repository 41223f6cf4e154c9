/** Signs out: the API is told, and what the device keeps of the person is deleted. */
import { api } from "../api/client";
import { forget } from "../api/query";
import { deleteDatabase, forgetRead } from "../offline/database";
import { forgetDevice, triedDevice } from "../offline/device";
import { deleteShared } from "../offline/sharedFiles";
import { person } from "./person";
import { endLeftSession, signedOut, signOutLater } from "./tokens";

/** How long the API may take before the screen goes all the same, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Ends the session here. Without a network the device forgets it all the same, and the API is told later.
 *
 * `keepsUnsent` leaves drafts and what is not sent, for the same person's next sign-in: nobody was asked about them, and
 * nobody waits, so the screen goes before the API answers.
 */
export async function leave(keepsUnsent = false, userId = person.peek()?.userId): Promise<void> {
  const device = triedDevice();
  const atOnce = keepsUnsent && !device;
  const isTold = !atOnce && (await Promise.race([tellApi(userId, device), afterPatience()]));
  if (!isTold) signOutLater();
  forgetDevice();
  signedOut();
  forget();
  await deleteShared().catch(() => undefined); // a browser without storage keeps nothing
  if (userId) await (keepsUnsent ? forgetRead(userId) : deleteDatabase(userId));
  if (atOnce) await endLeftSession().catch(() => undefined); // the next return tries again
}

function afterPatience(): Promise<false> {
  return new Promise((done) => setTimeout(() => done(false), PATIENCE));
}

/** Returns whether the API knows of the sign-out. */
async function tellApi(userId: string | undefined, device: string | null): Promise<boolean> {
  try {
    if (device) await api.DELETE("/devices/{deviceId}", { params: { path: { deviceId: device } } });
    if (person.peek()?.userId !== userId) return false; // it took too long, and the next person may be here
    const { response } = await api.POST("/auth/sign-out", { body: undefined as never });
    return response.ok || response.status === 401;
  } catch {
    return false; // unreachable: what follows must happen all the same
  }
}
