import { expect, it } from "vitest";
import { noteAddress, withItsSearch } from "../src/ui/pageBefore";

it("given a search, when a job of it is opened, then Back leads to the search", () => {
  noteAddress("/jobs?q=toilet&category=plumbing");
  noteAddress("/jobs/j1");
  noteAddress("/jobs/j1"); // the frame is drawn again
  expect(withItsSearch("/jobs")).toBe("/jobs?q=toilet&category=plumbing");
});

it("given another page before, then Back leads to the list as a whole", () => {
  noteAddress("/jobs?q=toilet");
  noteAddress("/inbox");
  noteAddress("/jobs/j1");
  expect(withItsSearch("/jobs")).toBe("/jobs");
});
