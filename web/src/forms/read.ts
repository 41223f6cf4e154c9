/** Reads what people type: amounts and phone numbers, in each spelling that people use. */

/** Returns cents; null where it is no amount, or in doubt, as "1,234" and "1.234". */
export function readMoney(text: string): number | null {
  const plain = text
    .trim()
    .replace(/^R\s*/i, "")
    .replace(/[\s\u00a0\u202f']/g, "");
  const found = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(plain);
  if (!found) return null;
  return Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
}

/** Returns what a money field shows for cents. */
export function writeMoney(cents: number): string {
  const rest = cents % 100;
  return `${Math.floor(cents / 100)}${rest ? `.${String(rest).padStart(2, "0")}` : ""}`;
}

/** Whether a text may be a phone number or an e-mail address; the API decides in the end. */
export function isContact(text: string): boolean {
  if (text.includes("@")) return /^\S+@\S+\.\S+$/.test(text.trim());
  const digits = text.replace(/\D/g, "");
  return digits.length >= 9 && digits.length <= 15;
}
