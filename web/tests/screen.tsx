/** Opens a screen in unit tests, and waits for what a person would see on it. */
import { type ComponentChild, render } from "preact";
import { act } from "preact/test-utils";
import { LocationProvider } from "preact-iso";
import { expect, vi } from "vitest";
import { forget } from "../src/api/query";
import { database } from "../src/offline/database";

let root: HTMLElement | undefined;

/** Shows a screen at an address, as if it were opened for the first time. */
export async function open(address: string, screen: ComponentChild): Promise<HTMLElement> {
  close();
  forget();
  await (await database("public")).clear("saved");
  history.replaceState(null, "", address);
  root = document.createElement("div");
  document.body.append(root);
  const shown = root;
  await act(() => render(<LocationProvider>{screen}</LocationProvider>, shown));
  return shown;
}

/** Takes the screen away. */
export function close(): void {
  if (root) render(null, root);
  root?.remove();
  root = undefined;
}

/** Waits until the page says a text. */
export async function sees(text: string): Promise<void> {
  await vi.waitFor(() => expect(document.body.textContent).toContain(text));
}

/** Returns the link, button or field with these words, once it is there. */
export async function find(words: string): Promise<HTMLElement> {
  return vi.waitFor(() => {
    const all = [...document.querySelectorAll<HTMLElement>("a, button, summary")];
    const found = all.find((one) => one.textContent?.trim() === words);
    if (!found) throw new Error(`nothing says "${words}"`);
    return found;
  });
}

/** Taps what has these words. */
export async function tap(words: string): Promise<void> {
  const target = await find(words);
  await act(() => target.click());
}

/** Types into the field of a name. */
export async function type(name: string, value: string): Promise<void> {
  const field = await vi.waitFor(() => {
    const found = document.getElementById(name);
    if (!found) throw new Error(`there is no field "${name}"`);
    return found as HTMLInputElement;
  });
  await act(() => {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Sends the form that is on the page. */
export async function submitForm(): Promise<void> {
  const form = document.querySelector("form");
  await act(() => {
    form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  });
}
