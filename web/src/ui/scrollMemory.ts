/** Back and reload show a page at the place where it was left. */
import { useLayoutEffect } from "preact/hooks";

const KEPT = "khaya-scroll";
const LIMIT = 50;
const PATIENCE = 2_000; // a list may take its time to be drawn
const SETTLED = 300;

const positions = new Map<string, number>(read());
let entry = "";
let stop: () => void = () => undefined;

/** Keeps the position of each entry of the history, and goes back to it when the entry is opened again. */
export function useScrollMemory(url: string): void {
  useLayoutEffect(() => {
    history.scrollRestoration = "manual";
    const note = () => keep(scrollY);
    addEventListener("scroll", note, { passive: true });
    addEventListener("pagehide", write);
    return () => {
      stop();
      removeEventListener("scroll", note);
      removeEventListener("pagehide", write);
    };
  }, []);
  useLayoutEffect(() => {
    stop();
    const known = (history.state as { entry?: string } | null)?.entry;
    entry = known ?? crypto.randomUUID();
    if (!known) history.replaceState({ entry }, "");
    const left = positions.get(entry);
    if (known && left !== undefined) stop = scrollWhenDrawn(() => left);
    else if (location.hash) stop = scrollWhenDrawn(() => topOf(location.hash.slice(1)));
  }, [url]);
}

function keep(y: number): void {
  positions.delete(entry);
  positions.set(entry, y); // the newest last
  if (positions.size > LIMIT) positions.delete(positions.keys().next().value as string);
}

/** Returns the position of the element with an id; null until it is drawn. */
function topOf(id: string): number | null {
  const element = document.getElementById(id);
  return element && Math.max(0, Math.round(element.getBoundingClientRect().top + scrollY));
}

/** Scrolls to a place as soon as the page is long enough, unless the person scrolls first. Returns how to stop. */
function scrollWhenDrawn(place: () => number | null): () => void {
  const began = performance.now();
  let reached = 0;
  let frame = requestAnimationFrame(step);
  const end = () => {
    cancelAnimationFrame(frame);
    keep(scrollY);
    for (const name of ["wheel", "touchstart", "keydown", "pointerdown"]) removeEventListener(name, end);
  };
  function step(at: number): void {
    const y = place();
    if (y !== null && Math.abs(scrollY - y) > 1) {
      scrollTo(0, y);
      reached = 0;
    } else if (y !== null) reached ||= at;
    if (y !== null) positions.set(entry, y);
    if ((reached && at - reached > SETTLED) || performance.now() - began > PATIENCE) end();
    else frame = requestAnimationFrame(step);
  }
  for (const name of ["wheel", "touchstart", "keydown", "pointerdown"])
    addEventListener(name, end, { passive: true });
  return end;
}

function write(): void {
  sessionStorage.setItem(KEPT, JSON.stringify([...positions]));
}

function read(): [string, number][] {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as [string, number][];
  } catch {
    return []; // positions that cannot be read are forgotten
  }
}
