import { afterEach, expect, test, vi } from "vitest";
import { loadEarly } from "../src/lazyScreen";
import { ROUTES } from "../src/routes";

afterEach(() => vi.restoreAllMocks());

test.each([
  ["/", "/"],
  ["/jobs/01JCZX3V9T6V5Y8Q2M4N7B1KDE", "/jobs/:id"],
  ["/admin/people/01JCZX3V9T6V5Y8Q2M4N7B1KDE", "/admin/:page/:id?"],
  ["/nowhere/at/all", "*"],
])("given the address %s, its screen is asked for before the words are there", (address, path) => {
  const asked = ROUTES.map((route) => vi.spyOn(route, "screen").mockRejectedValue(new Error("no network")));

  loadEarly(address);

  const paths = ROUTES.filter((_, index) => asked[index]?.mock.calls.length).map((route) => route.path);
  expect(paths).toEqual([path]);
});
