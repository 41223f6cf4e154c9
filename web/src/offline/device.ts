/** The id under which this device is registered for push messages, if it is. */
import { newKey } from "../api/action";

const KEPT = "khaya-device";
/** The id of a registration of which no answer came yet: another try must not register the device once more. */
const TRIED = "khaya-device-tried";

/** Returns the id, or null. */
export function deviceId(): string | null {
  return localStorage.getItem(KEPT);
}

/** Returns the id under which the API may know this device, or null. */
export function triedDevice(): string | null {
  return deviceId() ?? localStorage.getItem(TRIED);
}

/** Returns the id for a registration. */
export function idToRegister(): string {
  const id = triedDevice() ?? newKey();
  localStorage.setItem(TRIED, id);
  return id;
}

/** Keeps the id after a registration. */
export function keepDevice(id: string): void {
  localStorage.setItem(KEPT, id);
}

/** Forgets the id. */
export function forgetDevice(): void {
  localStorage.removeItem(KEPT);
  localStorage.removeItem(TRIED);
}
