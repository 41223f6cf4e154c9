/** Shows a screen as the app does, and finds what a person would find on it. */
import { type ComponentChild, render } from "preact";
import { act } from "preact/test-utils";
import { LocationProvider } from "preact-iso";
import { vi } from "vitest";
import { forget } from "../src/api/query";
import { database } from "../src/offline/database";

const PATIENCE = { timeout: 10_000 }; // a busy machine takes its time

/** Shows a screen at an address, in an empty page. */
export function show(screen: ComponentChild, path = "/"): void {
  close();
  history.replaceState(null, "", path);
  render(<LocationProvider>{screen}</LocationProvider>, document.body);
}

/** Shows a screen on a phone that has never read anything, and returns the page. */
export async function open(path: string, screen: ComponentChild): Promise<HTMLElement> {
  forget();
  await (await database("public")).clear("saved");
  await act(() => show(screen, path));
  return document.body;
}

/** Takes the screen away. */
export function close(): void {
  render(null, document.body);
}

/** Waits until the page has a text. */
export async function sees(text: string): Promise<void> {
  await vi.waitFor(() => {
    if (!words().includes(spaced(text))) throw new Error(`the page has no "${text}": ${words()}`);
  }, PATIENCE);
}

/** Returns the text of the page, with ordinary spaces. */
export function words(): string {
  return spaced(document.body.textContent ?? "");
}

/** Returns the first button, link or choice whose words begin so, once it is there. */
export async function find(name: string): Promise<HTMLElement> {
  return vi.waitFor(() => {
    const all = [...document.querySelectorAll<HTMLElement>("button, a, summary, label.choice")];
    const one = all.find((each) => label(each) === name) ?? all.find((each) => label(each).startsWith(name));
    if (!one) throw new Error(`no "${name}" to tap: ${all.map(label).join(" | ")}`);
    return one;
  }, PATIENCE);
}

/** Taps what has these words. */
export async function tap(name: string): Promise<void> {
  const found = await find(name);
  await act(() => (found.querySelector<HTMLElement>("input") ?? found).click());
}

/** Types into a field, or chooses in a list. */
export async function type(name: string, text: string): Promise<void> {
  const field = await vi.waitFor(() => {
    const one = document.getElementById(name);
    if (!one) throw new Error(`no field "${name}"`);
    return one as HTMLInputElement | HTMLSelectElement;
  }, PATIENCE);
  await act(() => {
    field.value = text;
    field.dispatchEvent(
      new Event(field instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }),
    );
  });
}

/** Sends the form that is on the page. */
export async function submitForm(): Promise<void> {
  await act(() => {
    document.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  });
}

/** Returns where a link leads; undefined where there is none. */
export function linkTo(name: string): string | undefined {
  const links = [...document.querySelectorAll("a")];
  return links.find((one) => label(one).startsWith(name))?.getAttribute("href") ?? undefined;
}

function label(element: HTMLElement): string {
  return spaced((element.getAttribute("aria-label") ?? element.textContent ?? "").trim());
}

function spaced(text: string): string {
  return text.replace(/\u00a0/g, " ");
}
