import { render } from "preact";
import { act } from "preact/test-utils";
import { LocationProvider, Route, Router, useLocation } from "preact-iso";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useScrollMemory } from "../src/ui/scrollMemory";

/** How far the page can be scrolled, as a list that is not drawn yet is short. */
let longest = 0;
let root: HTMLElement;

beforeEach(async () => {
  vi.stubGlobal("scrollTo", (_x: number, y: number) => {
    const before = window.scrollY;
    Object.defineProperty(window, "scrollY", { value: Math.min(y, longest), configurable: true });
    // Browsers tell it with the next frame.
    if (before !== window.scrollY) requestAnimationFrame(() => window.dispatchEvent(new Event("scroll")));
  });
  Object.defineProperty(window, "scrollY", { value: 0, configurable: true });
  history.replaceState(null, "", "/jobs");
  root = document.createElement("div");
  document.body.append(root);
  await act(() =>
    render(
      <LocationProvider>
        <Frame />
      </LocationProvider>,
      root,
    ),
  );
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

function Frame() {
  useScrollMemory(useLocation().url);
  return (
    <Router>
      <Route path="/jobs" component={() => <a href="/jobs/j1">A job</a>} />
      <Route path="/jobs/:id" component={() => <p id="end">The job</p>} />
    </Router>
  );
}

async function scrolled(y: number): Promise<void> {
  scrollTo(0, y);
  await new Promise((done) => setTimeout(done, 50));
}

async function openJob(): Promise<void> {
  await act(() => root.querySelector("a")?.click());
}

async function goBack(): Promise<void> {
  await act(async () => {
    history.back();
    await new Promise((done) => setTimeout(done, 50));
  });
}

it("given a list that was scrolled, when a job is opened, then the job starts at its top", async () => {
  longest = 5_000;
  await scrolled(1_200);
  await openJob();
  expect(root.textContent).toBe("The job");
  expect(window.scrollY).toBe(0);
});

it("given a list that was scrolled, when Back is tapped and the list is long again, then it stands where it was left", async () => {
  longest = 5_000;
  await scrolled(1_200);
  await openJob();
  longest = 300;
  await goBack();
  await vi.waitFor(() => expect(window.scrollY).toBe(300));
  longest = 5_000;
  await vi.waitFor(() => expect(window.scrollY).toBe(1_200));
});

it("given Back was tapped, when the person scrolls before the list is drawn, then the page stays with them", async () => {
  longest = 5_000;
  await scrolled(1_200);
  await openJob();
  longest = 300;
  await goBack();
  window.dispatchEvent(new Event("touchstart"));
  scrollTo(0, 100);
  longest = 5_000;
  await new Promise((done) => setTimeout(done, 100));
  expect(window.scrollY).toBe(100);
});
