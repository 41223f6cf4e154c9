/** The server's time, by its answers. */
import { expect, it } from "vitest";
import { noteServerTime, now } from "../src/api/clock";

function answered(time: number): Response {
  return new Response(null, { headers: { Date: new Date(time).toUTCString() } });
}

it("given an answer that a cache kept for 4 minutes, then the time stays that of the newer answer", () => {
  const time = Date.now() + 3_600_000;
  noteServerTime(answered(time));
  noteServerTime(answered(time - 240_000));
  expect(Math.abs(now() - time)).toBeLessThan(5_000);
});

it("given a first answer that was an hour off, when a later one comes, then its time counts", () => {
  const time = Date.now();
  noteServerTime(answered(time + 3_600_000));
  noteServerTime(answered(time));
  expect(Math.abs(now() - time)).toBeLessThan(5_000);
});
