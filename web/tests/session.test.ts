import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, ask } from "../src/api/client";
import { Refusal, Unreachable } from "../src/api/problems";
import { leave } from "../src/session/leave";
import { person, setPerson, setSharedPhone } from "../src/session/person";
import { pathInApp } from "../src/session/requestCode";
import { accessToken, adoptCookie, endLeftSession, signedOut } from "../src/session/tokens";
import { answers, noNetwork, problem, signInAs } from "./api";

const TOKENS = { accessToken: "t", expiresIn: 3600, roles: ["worker"] };

beforeEach(() => {
  signedOut();
  signInAs();
});

describe("the session", () => {
  it.each([
    ["a network that lets nothing through", () => new Response("", { status: 403 })],
    ["no network", noNetwork],
    ["the page of a network's own sign-in", () => new Response("<html>", { status: 200 })],
  ])("given %s, when the token is renewed, then nobody is signed out", async (_name, answer) => {
    answers({ "POST /auth/tokens": answer });
    await expect(accessToken()).rejects.toBeInstanceOf(Unreachable);
    expect(person.value?.userId).toBe("u1");
  });

  it.each([
    [403, "suspended"],
    [429, "too_many_requests"],
    [503, "unavailable"],
  ])(
    "given an answer %i %s, when the token is renewed, then it is told as that and not as no network",
    async (status, code) => {
      answers({ "POST /auth/tokens": problem(status, code) });
      const refused = await ask(api.GET("/me/actions")).catch((cause: unknown) => cause);
      expect(refused).toBeInstanceOf(Refusal);
      expect((refused as Refusal).code).toBe(code);
      expect(person.value?.userId).toBe("u1");
    },
  );

  it("given a refusal, when the token is renewed, then it is asked once more before the sign-out", async () => {
    let asked = 0;
    answers({
      "POST /auth/tokens": () => {
        asked += 1;
        return problem(401, "unauthenticated");
      },
    });
    expect(await accessToken()).toBeNull();
    expect(asked).toBe(2);
    expect(person.value).toBeNull();
  });

  it("given that another person signed in on this phone, when the first one's tab asks, then nothing goes out in the other name", async () => {
    const asked = answers({ "POST /auth/tokens": { ...TOKENS, userId: "u2" }, "GET /me/actions": {} });
    await expect(ask(api.GET("/me/actions"))).rejects.toBeInstanceOf(Unreachable);
    expect(asked).toEqual([]);
    expect(person.value).toBeNull();
  });

  it("given many requests at once, when the token is old, then it is renewed once", async () => {
    let renewed = 0;
    answers({
      "POST /auth/tokens": () => {
        renewed += 1;
        return { ...TOKENS, userId: "u1" };
      },
    });
    await Promise.all([accessToken(), accessToken(), accessToken()]);
    expect(renewed).toBe(1);
  });

  it("given a cookie of the person before, when the page for demo people is opened elsewhere, then it is not taken over", async () => {
    setPerson(null);
    answers({ "POST /auth/tokens": { ...TOKENS, userId: "u2" } });
    expect(await adoptCookie("khaya.example")).toBe(false);
    expect(person.value).toBeNull();
  });

  it("given a token that is being renewed, when the person signs out, then its answer does not sign them in again", async () => {
    let answer: ((tokens: unknown) => void) | undefined;
    answers({
      "POST /auth/tokens": () =>
        new Promise((done) => {
          answer = done;
        }),
    });
    const renewed = accessToken().catch((cause: unknown) => cause);
    await vi.waitFor(() => expect(answer).toBeTruthy());
    signedOut();
    answer?.({ ...TOKENS, userId: "u1" });
    expect(await renewed).toBeInstanceOf(Unreachable);
    expect(person.value).toBeNull();
  });

  it("given no network, when a person signs out, then the API is told as soon as it answers", async () => {
    answers({ "POST /auth/tokens": noNetwork });
    await leave();
    expect(person.value).toBeNull();
    const asked = answers({
      "POST /auth/tokens": { ...TOKENS, userId: "u1" },
      "POST /auth/sign-out": () => new Response(null, { status: 204 }),
    });
    await endLeftSession();
    await endLeftSession();
    expect(asked.map((one) => [one.path, one.headers.get("Authorization")])).toEqual([
      ["/auth/sign-out", "Bearer t"],
    ]);
    expect(person.value).toBeNull();
  });

  it("given an API that does not answer, when a person signs out, then they are gone in seconds, and it signs out nobody else", async () => {
    localStorage.setItem("khaya-device", "d1");
    let answer: ((found: unknown) => void) | undefined;
    const asked = answers({
      "DELETE /devices/d1": () =>
        new Promise((done) => {
          answer = done;
        }),
    });
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const leaving = leave();
    await vi.waitFor(() => expect(answer).toBeTruthy());
    await vi.advanceTimersByTimeAsync(6_000);
    vi.useRealTimers();
    await leaving;
    expect(person.value).toBeNull();
    expect(localStorage.getItem("khaya-sign-out-due")).toBe("yes");
    setPerson({ userId: "u2", roles: ["buyer"], displayName: "Thandi" });
    answer?.({});
    await new Promise((done) => setTimeout(done, 30));
    expect(asked.map((one) => one.path)).toEqual(["/devices/d1"]);
  });

  it("given a visitor, when somebody signs in in another tab, then this tab shows them; on a shared phone it does not", async () => {
    for (const shared of [false, true]) {
      setSharedPhone(shared);
      signedOut();
      const theirs = { userId: "u3", roles: ["buyer"], displayName: "Zanele" };
      (shared ? sessionStorage : localStorage).removeItem("khaya-person");
      if (!shared) localStorage.setItem("khaya-person", JSON.stringify(theirs));
      new BroadcastChannel("khaya-session").postMessage("u3");
      await new Promise((done) => setTimeout(done, 60));
      expect(person.value?.displayName ?? null).toBe(shared ? null : "Zanele");
    }
    setSharedPhone(false);
  });

  it("given a visitor, when the word of a sign-in comes before its copy, then this tab shows the person with the copy", async () => {
    signedOut();
    new BroadcastChannel("khaya-session").postMessage("u4");
    await new Promise((done) => setTimeout(done, 60));
    expect(person.value).toBeNull();
    localStorage.setItem("khaya-person", JSON.stringify({ userId: "u4", roles: [], displayName: "Zanele" }));
    dispatchEvent(Object.assign(new Event("storage"), { key: "khaya-person" }));
    expect(person.value?.displayName).toBe("Zanele");
  });

  it("given a sign-out in another tab, then this tab shows nobody", async () => {
    new BroadcastChannel("khaya-session").postMessage("signed-out");
    await vi.waitFor(() => expect(person.value).toBeNull());
  });
});

it.each([
  ["/deals/1?tab=money#papers", "/deals/1?tab=money#papers"],
  [undefined, "/"],
  ["https://evil.example/", "/"],
  ["javascript:alert(1)", "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["/x/..//evil.example", "/"],
])("given %j as the page after the sign-in, then %s opens", (then, path) => {
  expect(pathInApp(then)).toBe(path);
});
