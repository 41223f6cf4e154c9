/** On a shared phone the session ends after 15 idle minutes: by time that passed, not by a clock that was set. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { noteServerTime } from "../src/api/clock";
import { database } from "../src/offline/database";
import { isIdle } from "../src/session/idle";
import { leave } from "../src/session/leave";
import { person, personId } from "../src/session/person";
import { answers, noNetwork, signInAs } from "./api";

const MINUTE = 60_000;
const TOUCHED = Date.parse("2026-11-30T08:00:00Z");

beforeEach(() => {
  signInAs();
  vi.useFakeTimers({ toFake: ["Date"], now: TOUCHED });
  localStorage.setItem("khaya-last-touch", String(TOUCHED));
});

afterEach(() => {
  noteServerTime(serverSays(Date.now())); // the server's time is the phone's again
  vi.useRealTimers();
});

function serverSays(time: number): Response {
  return Response.json({ oldestClient: 0 }, { headers: { Date: new Date(time).toUTCString() } });
}

it("given a clock that is put forward by a day, when the server says that a minute passed, then the session goes on", async () => {
  answers({ "GET /config": () => serverSays(TOUCHED + MINUTE) });
  vi.setSystemTime(TOUCHED + 24 * 60 * MINUTE);
  expect(await isIdle()).toBe(false);
});

it("given a phone that slept for an hour, when the server says so too, then the session ends", async () => {
  answers({ "GET /config": () => serverSays(TOUCHED + 60 * MINUTE) });
  vi.setSystemTime(TOUCHED + 60 * MINUTE);
  expect(await isIdle()).toBe(true);
});

it("given no network after an hour, then the session ends, because a private screen must not stay open", async () => {
  answers({ "GET /config": noNetwork });
  vi.setSystemTime(TOUCHED + 60 * MINUTE);
  expect(await isIdle()).toBe(true);
});

it("given a page that opens again after an hour, then the session ends before anybody is asked", async () => {
  const asked = answers({});
  vi.setSystemTime(TOUCHED + 60 * MINUTE);
  expect(await isIdle(true)).toBe(true);
  expect(asked).toEqual([]);
});

it("given 14 minutes without a touch, then nobody is asked and the session goes on", async () => {
  const asked = answers({});
  vi.setSystemTime(TOUCHED + 14 * MINUTE);
  expect(await isIdle()).toBe(false);
  expect(asked).toEqual([]);
});

it("given a session that ends by itself, then what is not sent stays for its owner, and what was read does not", async () => {
  answers({ "POST /auth/sign-out": () => new Response(null, { status: 204 }) });
  const theirs = await database("private");
  const draft = {
    key: "job",
    value: { title: "Fix a tap" },
    idempotencyKey: "k",
    path: "/post",
    updatedAt: TOUCHED,
  };
  await theirs.put("drafts", draft);
  await theirs.put("saved", { key: "jobs/1", value: {}, savedAt: TOUCHED });
  await leave(true);
  expect([person.value, personId.value]).toEqual([null, null]);
  signInAs();
  const again = await database("private");
  expect((await again.getAll("drafts")).map((one) => one.value.title)).toEqual(["Fix a tap"]);
  expect(await again.getAll("saved")).toEqual([]);
  await again.clear("drafts");
});

it("given a phone that slept, when somebody touches it while the server is asked, then the session ends all the same", async () => {
  answers({
    "GET /config": () => {
      localStorage.setItem("khaya-last-touch", String(Date.now()));
      return serverSays(TOUCHED + 60 * MINUTE);
    },
  });
  vi.setSystemTime(TOUCHED + 60 * MINUTE);
  expect(await isIdle()).toBe(true);
});

it("given a network that does not answer, then the private screen does not stay open for as long as a request may take", async () => {
  answers({ "GET /config": () => new Promise(() => undefined) });
  vi.useFakeTimers({ toFake: ["Date", "setTimeout"], now: TOUCHED + 60 * MINUTE });
  const idle = isIdle();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(await Promise.race([idle, "still open"])).toBe(true);
});

it("given a session that ends by itself, when the API does not answer, then nobody is shown at once", async () => {
  answers({ "POST /auth/tokens": () => new Promise(() => undefined) });
  void leave(true);
  await Promise.resolve();
  expect(personId.value).toBeNull();
  expect(localStorage.getItem("khaya-sign-out-due")).toBe("yes");
});
