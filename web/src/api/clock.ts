/** The server's time, because the clock of a phone may be wrong. */

const KEPT = "khaya-clock";

/** How far the server's clock is ahead of the phone's, in milliseconds; before the first answer as it was last time. */
let offset = Number(localStorage.getItem(KEPT)) || 0;

/** Takes the time of an answer as the time it is. */
export function noteServerTime(response: Response): void {
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (!date) return;
  const before = offset;
  offset = date - Date.now();
  if (Math.abs(offset - before) > 5_000) localStorage.setItem(KEPT, String(offset));
}

/** Returns the milliseconds since 1970 by the server's clock. */
export function now(): number {
  return Date.now() + offset;
}

/** Returns today's date in South Africa as 2026-12-05. */
export function today(): string {
  return new Date(now() + 2 * 3_600_000).toISOString().slice(0, 10);
}
