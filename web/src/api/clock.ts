/** The server's time, because the clock of a phone may be wrong. */

const KEPT = "khaya-clock";
/** An answer that a cache kept tells a time that has passed; no cache keeps one for longer. */
const KEPT_BY_CACHES = 600_000;

/** How far the server's clock is ahead of the phone's, in milliseconds; before the first answer as it was last time. */
let offset = Number(localStorage.getItem(KEPT)) || 0;

/** The newest time that an answer told, and when, on a clock that nobody can set. */
let newest = { date: 0, at: 0 };

/** Takes the time of an answer as the time it is, unless it is an old answer. */
export function noteServerTime(response: Response): void {
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (!date) return;
  const behind = newest.date + performance.now() - newest.at - date;
  if (behind > 1_500 && behind < KEPT_BY_CACHES) return; // dates have whole seconds
  newest = { date, at: performance.now() };
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
