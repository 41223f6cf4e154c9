/** The focus of a form that is locked or goes away: it never falls back to the top of the document. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * While the form is locked it has the focus itself, since no field in it can, and its name says what it does. After that
 * the field has it again. Where the form has gone meanwhile, its entry of a list has it, else the heading of the page.
 */
export function useKeptFocus(form: RefObject<HTMLFormElement | null>, locked: boolean): void {
  const before = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    const [place, focused] = [form.current, document.activeElement];
    if (locked && place?.contains(focused)) {
      before.current = focused as HTMLElement;
      place.focus({ preventScroll: true });
    } else if (!locked && before.current) {
      if (focused === place || focused === document.body) before.current.focus();
      before.current = null;
    }
  }, [locked]);
  useLayoutEffect(() => {
    const place = form.current;
    const entry = place?.closest("li");
    return () => {
      if (place?.contains(document.activeElement)) queueMicrotask(() => focusInstead(entry));
    };
  }, []);
}

function focusInstead(entry: HTMLElement | null | undefined): void {
  if (document.activeElement !== document.body) return; // what came in its place has taken it
  const there = entry?.isConnected ? entry : document.querySelector("h1");
  if (!there) return;
  if (!there.hasAttribute("tabindex")) there.tabIndex = -1;
  there.focus({ preventScroll: true });
}
