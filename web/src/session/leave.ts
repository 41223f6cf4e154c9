/** Signs out: the API is told, and what the device keeps of the person is deleted. */
import { api } from "../api/client";
import { forget } from "../api/query";
import { deleteDatabase } from "../offline/database";
import { deviceId, forgetDevice } from "../offline/device";
import { person } from "./person";
import { signedOut } from "./tokens";

/** Ends the session here. Without a network the device forgets it all the same; the session then ends by its time. */
export async function leave(): Promise<void> {
  const userId = person.peek()?.userId;
  try {
    const device = deviceId();
    if (device) await api.DELETE("/devices/{deviceId}", { params: { path: { deviceId: device } } });
    await api.POST("/auth/sign-out", { body: undefined as never });
  } catch {
    // Unreachable: what follows must happen all the same.
  }
  forgetDevice();
  signedOut();
  forget();
  if (userId) await deleteDatabase(userId);
}
