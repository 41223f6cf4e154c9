/** Signs out: the API is told, and what the device keeps of the person is deleted. */
import { api } from "../api/client";
import { forget } from "../api/query";
import { deleteDatabase, forgetRead } from "../offline/database";
import { deviceId, forgetDevice } from "../offline/device";
import { deleteShared } from "../offline/sharedFiles";
import { person } from "./person";
import { signedOut, signOutLater } from "./tokens";

/**
 * Ends the session here. Without a network the device forgets it all the same, and the API is told later.
 *
 * `keepsUnsent` leaves drafts and what is not sent, for the same person's next sign-in: nobody was asked about them.
 */
export async function leave(keepsUnsent = false): Promise<void> {
  const userId = person.peek()?.userId;
  try {
    const device = deviceId();
    if (device) await api.DELETE("/devices/{deviceId}", { params: { path: { deviceId: device } } });
    const { response } = await api.POST("/auth/sign-out", { body: undefined as never });
    if (!response.ok && response.status !== 401) signOutLater();
  } catch {
    signOutLater(); // unreachable: what follows must happen all the same
  }
  forgetDevice();
  signedOut();
  forget();
  await deleteShared().catch(() => undefined); // a browser without storage keeps nothing
  if (userId) await (keepsUnsent ? forgetRead(userId) : deleteDatabase(userId));
}
