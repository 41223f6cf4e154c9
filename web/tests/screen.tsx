/** Shows a screen as the app does, and finds what a person would find on it. */
import type { ComponentChild } from "preact";
import { render } from "preact";
import { LocationProvider } from "preact-iso";
import { vi } from "vitest";

/** Shows a screen at an address, in an empty page. */
export function show(screen: ComponentChild, path = "/"): void {
  render(null, document.body);
  history.replaceState(null, "", path);
  render(<LocationProvider>{screen}</LocationProvider>, document.body);
}

/** Waits until the page has a text. */
export async function sees(text: string): Promise<void> {
  await vi.waitFor(() => {
    if (!words().includes(text)) throw new Error(`the page has no "${text}": ${words()}`);
  });
}

/** Returns the text of the page, with ordinary spaces. */
export function words(): string {
  return (document.body.textContent ?? "").replace(/\u00a0/g, " ");
}

/** Taps the first button, link or choice of that name, once it is there. */
export async function tap(name: string): Promise<void> {
  const found = await vi.waitFor(() => {
    const all = [...document.querySelectorAll<HTMLElement>("button, a, label.choice")];
    const one = all.find((each) => label(each).startsWith(name));
    if (!one) throw new Error(`no "${name}" to tap: ${all.map(label).join(" | ")}`);
    return one;
  });
  (found.querySelector<HTMLElement>("input") ?? found).click();
}

/** Types into a field. */
export async function type(name: string, text: string): Promise<void> {
  const field = await vi.waitFor(() => {
    const one = document.getElementById(name);
    if (!one) throw new Error(`no field "${name}"`);
    return one as HTMLInputElement | HTMLSelectElement;
  });
  field.value = text;
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }));
}

/** Returns where a link leads; undefined where there is none. */
export function linkTo(name: string): string | undefined {
  const links = [...document.querySelectorAll("a")];
  return links.find((one) => label(one).startsWith(name))?.getAttribute("href") ?? undefined;
}

function label(element: HTMLElement): string {
  return (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().replace(/\u00a0/g, " ");
}
