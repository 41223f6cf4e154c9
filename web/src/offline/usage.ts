/** Counts the kilobytes of this month, by kind, for the page that tells people what the app used. */

export type UsageKind = "data" | "photos" | "uploads";
export interface Usage {
  month: string;
  data: number;
  photos: number;
  uploads: number;
}

const KEPT = "khaya-usage";

/** Adds bytes of a kind. */
export function noteUsage(kind: UsageKind, bytes: number): void {
  if (!(bytes > 0)) return;
  const usage = readUsage();
  usage[kind] += bytes;
  localStorage.setItem(KEPT, JSON.stringify(usage));
}

/** Returns the bytes of this month by kind. */
export function readUsage(): Usage {
  const month = new Date().toISOString().slice(0, 7);
  const none: Usage = { month, data: 0, photos: 0, uploads: 0 };
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Usage | null;
    return kept?.month === month ? kept : none;
  } catch {
    return none; // a count that cannot be read starts anew
  }
}
