/** The id under which this device is registered for push messages, if it is. */

const KEPT = "khaya-device";

/** Returns the id, or null. */
export function deviceId(): string | null {
  return localStorage.getItem(KEPT);
}

/** Keeps the id after a registration. */
export function keepDevice(id: string): void {
  localStorage.setItem(KEPT, id);
}

/** Forgets the id. */
export function forgetDevice(): void {
  localStorage.removeItem(KEPT);
}
