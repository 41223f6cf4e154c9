/** Whether photos load only when they are tapped. */
import { signal } from "@preact/signals";

const KEPT = "khaya-data-saver";

interface Connection {
  saveData?: boolean;
  effectiveType?: string;
}

/** On by the person's choice, else by the phone's own setting or a 2G network. */
export const dataSaver = signal(initial());

/** Keeps the person's choice. */
export function setDataSaver(on: boolean): void {
  dataSaver.value = on;
  localStorage.setItem(KEPT, on ? "on" : "off");
}

function initial(): boolean {
  const kept = localStorage.getItem(KEPT);
  if (kept) return kept === "on";
  const connection = (navigator as Navigator & { connection?: Connection }).connection;
  return Boolean(connection?.saveData || connection?.effectiveType?.includes("2g"));
}
