/** What somebody wrote is in one place at any time: when the page ends, when the phone is full, when they sign in. */
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../src/App";
import { useAction } from "../src/api/action";
import { database } from "../src/offline/database";
import { adoptDrafts, allDrafts, takeUp } from "../src/offline/drafts";
import { outbox, submit } from "../src/offline/outbox";
import NewStory from "../src/screens/me/NewStory";
import Reminders from "../src/screens/me/Reminders";
import Report from "../src/screens/me/Report";
import PlaceBid from "../src/screens/worker/PlaceBid";
import { setPerson } from "../src/session/person";
import { Button } from "../src/ui/Button";
import { answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { job } from "./samples";
import { close, sees, show, submitForm, tap, type, words } from "./screen";

const NOTHING = { items: [], nextCursor: null };
const REASON = "They ask for money before the work.";

beforeEach(async () => {
  signInAs(["buyer", "worker", "seller"]);
  await emptyDevice();
  await (await database("private")).clear("challenges");
});

afterEach(() => {
  close();
  vi.restoreAllMocks();
  outbox.value = [];
});

/** The phone has no room from now on. */
function fullPhone(): void {
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("no room", "QuotaExceededError");
  });
}

function written(id: string): string {
  return (document.getElementById(id) as HTMLInputElement).value;
}

describe("a page that ends while something is sent", () => {
  it("given a report on its way, then its words are in the outbox and in no draft", async () => {
    let end: (() => void) | undefined;
    answers({
      "POST /reports": () =>
        new Promise<void>((done) => {
          end = done; // the page ends before the answer
        }),
    });
    show(<Report kind="job" id="j1" />, "/report/job/j1");
    await type("reason", REASON);
    await submitForm();
    await vi.waitFor(() => expect(end).toBeTruthy());
    const db = await database("private");
    expect(await db.getAll("drafts")).toEqual([]);
    expect((await db.getAll("outbox")).map((one) => one.body?.reason)).toEqual([REASON]);
    end?.();
    await sees("Thank you");
  });

  it("given a refusal, then the words are a draft again and wait in no outbox", async () => {
    answers({ "POST /reports": problem(409, "already_reported") });
    show(<Report kind="job" id="j3" />, "/report/job/j3");
    await type("reason", REASON);
    await submitForm();
    await sees("already");
    await vi.waitFor(async () =>
      expect((await allDrafts()).map((one) => one.value.reason)).toEqual([REASON]),
    );
    expect(await (await database("private")).getAll("outbox")).toEqual([]);
    expect(written("reason")).toBe(REASON);
  });

  it("given words that the API has otherwise under the key, then they stay in one draft, under another key", async () => {
    const errors = [{ field: "Idempotency-Key", code: "key_reused", message: "used", params: {} }];
    const asked = answers({ "POST /reports": problem(422, "invalid_fields", { errors }) });
    show(<Report kind="job" id="j10" />, "/report/job/j10");
    await type("reason", REASON);
    await submitForm();
    await sees("This was sent before with other words.");
    const old = asked[0]?.headers.get("Idempotency-Key");
    await vi.waitFor(async () => {
      const kept = await allDrafts();
      expect(kept.map((one) => one.value.reason)).toEqual([REASON]);
      expect(kept[0]?.idempotencyKey).not.toBe(old);
    });
  });

  it("given a bid that waits, when its form is opened again, then it says so and offers no second bid", async () => {
    answers({
      "GET /jobs/01JOB": job(),
      "GET /jobs/01JOB/bids": NOTHING,
      "POST /jobs/01JOB/bids": noNetwork,
    });
    await submit({ id: "k", kind: "bid", title: "Roof", method: "POST", path: "/jobs/01JOB/bids", body: {} });
    show(<PlaceBid id="01JOB" />, "/jobs/01JOB/bid");
    await sees("Kept on this phone.");
    expect(words()).not.toContain("Send bid");
  });

  it("given a reminder that is being written, when an earlier one is refused, then neither loses a word", async () => {
    answers({ "GET /reminders": NOTHING });
    show(<Reminders />, "/me/reminders");
    await type("text", "Buy paint");
    const failure = { status: 422, code: "invalid_fields", detail: "", errors: [] };
    const earlier = { text: "Call Thandi", dueAt: "2099-01-01T08:00:00Z" };
    const item = {
      ...{
        id: "e1",
        idempotencyKey: "e1",
        kind: "reminder",
        title: "Call Thandi",
        createdAt: 1,
        tries: 1,
        nextTryAt: 0,
      },
      ...{ method: "POST" as const, path: "/reminders", body: earlier, state: "needs_you" as const, failure },
    };
    await (await database("private")).put("outbox", item);
    await act(() => {
      outbox.value = [item];
    });
    await new Promise((done) => setTimeout(done, 50));
    expect(written("text")).toBe("Buy paint");
    expect(outbox.value.map((one) => one.body?.text)).toEqual(["Call Thandi"]);
  });
});

describe("a full phone", () => {
  it("given a form with a draft, when something is typed, then the page says so, keeps it while it is open, and sends it", async () => {
    const asked = answers({ "POST /stories": { id: "s1" } });
    fullPhone();
    const path = "/me/stories/new";
    await act(() => show(<NewStory />, path));
    await tap("Tip");
    await type("title", "My first job");
    await type("content", "I painted a whole house in Umlazi.");
    await act(() => show(<NewStory />, path)); // as when one goes to another screen and back
    await vi.waitFor(() => expect(written("title")).toBe("My first job"));
    await submitForm();
    await sees("Your story is sent");
    expect(asked.filter((one) => one.method === "POST")).toHaveLength(1);
    expect(outbox.value).toEqual([]);
  });

  it("given no network too, when it is sent, then nothing is queued, the words stay, and the next tap has the same key", async () => {
    fullPhone();
    const asked = answers({ "POST /reports": noNetwork });
    show(<Report kind="job" id="j5" />, "/report/job/j5");
    await type("reason", REASON);
    await submitForm();
    await sees("Not sent. The phone is full");
    expect(written("reason")).toBe(REASON);
    expect(outbox.value).toEqual([]);
    const again = answers({ "POST /reports": { id: "r" } });
    await submitForm();
    await sees("Thank you");
    const [first, second] = [...asked, ...again].map((one) => one.headers.get("Idempotency-Key"));
    expect(first).toBeTruthy();
    expect(second).toBe(first);
  });

  it("given an answer that was lost there, when the words are changed, then it is said, and the next tap sends them", async () => {
    fullPhone();
    answers({ "POST /reports": noNetwork });
    show(<Report kind="job" id="j8" />, "/report/job/j8");
    await type("reason", REASON);
    await submitForm();
    await sees("Not sent. The phone is full");
    const errors = [{ field: "Idempotency-Key", code: "key_reused", message: "used", params: {} }];
    const known = answers({ "POST /reports": problem(422, "invalid_fields", { errors }) });
    await type("reason", `${REASON} Twice.`);
    await submitForm();
    await sees("This was sent before with other words.");
    const asked = answers({ "POST /reports": { id: "r" } });
    await submitForm();
    await sees("Thank you");
    const [old, fresh] = [...known, ...asked].map((one) => one.headers.get("Idempotency-Key"));
    expect(fresh).toBeTruthy();
    expect(fresh).not.toBe(old);
  });

  it("given room for one copy only, when a form takes back what was refused, then its words are kept", async () => {
    const failure = { status: 422, code: "invalid_fields", detail: "", errors: [] };
    const item = {
      ...{
        id: "i",
        idempotencyKey: "i",
        kind: "report",
        title: "",
        method: "POST" as const,
        path: "/reports",
      },
      ...{ state: "needs_you" as const, failure, body: { reason: REASON }, editPath: "/report/job/j9" },
      ...{ createdAt: 1, tries: 1, nextTryAt: 0 },
    };
    const db = await database("private");
    await db.put("outbox", item);
    outbox.value = [item];
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
      if (outbox.value.length) throw new DOMException("no room", "QuotaExceededError");
      return put.apply(this, given);
    });
    show(<Report kind="job" id="j9" />, "/report/job/j9");
    await vi.waitFor(async () =>
      expect((await allDrafts()).map((one) => one.value.reason)).toEqual([REASON]),
    );
    expect(await db.getAll("outbox")).toEqual([]);
  });

  it("given any form with a draft, when it cannot be kept, then the frame of the app says that the phone is full", async () => {
    localStorage.setItem("khaya-shared-phone", "no");
    answers({ "GET /me/actions": NOTHING });
    fullPhone();
    history.replaceState(null, "", "/report/job/j6");
    await act(() => show(<App />, "/report/job/j6"));
    await tap("English"); // a new phone asks for the language first
    await vi.waitFor(() => expect(document.getElementById("reason")).toBeTruthy(), { timeout: 10_000 });
    await type("reason", REASON);
    await sees("The phone is full, so Khaya cannot keep what you write.");
  });
});

describe("a sign-in", () => {
  it("given a draft of the person and one of the visitor, when they sign in, then both are kept and can be taken up", async () => {
    const draft = (title: string, key: string) => ({
      ...{ key: "job", value: { title }, idempotencyKey: key, path: "/post", updatedAt: Date.now() },
    });
    await (await database("public")).put("drafts", draft("Paint a wall", "new"));
    await (await database("private")).put("drafts", draft("Fix a tap", "old"));
    await adoptDrafts();
    const titles = async () =>
      Object.fromEntries((await allDrafts()).map((one) => [one.key, one.value.title]));
    expect(await titles()).toMatchObject({ job: "Paint a wall", "earlier/old/job": "Fix a tap" });
    const earlier = (await allDrafts()).find((one) => one.key.startsWith("earlier/"));
    if (earlier) await takeUp(earlier);
    expect(await titles()).toEqual({ job: "Fix a tap", "earlier/new/job": "Paint a wall" });
  });

  it("given a phone that has room for one copy only, when a visitor signs in, then their words and photos are moved", async () => {
    const visitors = await database("public");
    const draft = {
      key: "job",
      value: { title: "Paint a wall", photos: ["p"] },
      idempotencyKey: "new",
      path: "/post",
    };
    await visitors.put("drafts", { ...draft, updatedAt: Date.now() });
    await visitors.put("pictures", {
      id: "p",
      blob: new Blob(["x"]),
      width: 1,
      height: 1,
      createdAt: Date.now(),
    });
    const put = IDBObjectStore.prototype.put;
    let tries = 0;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
      tries += 1;
      if (tries % 2) throw new DOMException("no room", "QuotaExceededError");
      return put.apply(this, given);
    });
    await adoptDrafts();
    vi.restoreAllMocks();
    expect((await allDrafts()).map((one) => one.value.title)).toEqual(["Paint a wall"]);
    expect(await (await database("private")).getAllKeys("pictures")).toEqual(["p"]);
    expect(await visitors.getAll("drafts")).toEqual([]);
    expect(await visitors.getAll("pictures")).toEqual([]);
  });

  it("given a page that ended while drafts were moved, when it is done again, then there is one of each", async () => {
    const draft = {
      ...{
        key: "job",
        value: { title: "Paint a wall" },
        idempotencyKey: "k",
        path: "/post",
        updatedAt: Date.now(),
      },
    };
    for (const of of ["public", "private"] as const) await (await database(of)).put("drafts", draft);
    await adoptDrafts();
    expect((await allDrafts()).map((one) => one.key)).toEqual(["job"]);
  });

  it("given words that a full phone could not keep, when their owner signs out, then the next person does not get them", async () => {
    answers({});
    fullPhone();
    show(<Report kind="job" id="j7" />, "/report/job/j7");
    await type("reason", REASON);
    await new Promise((done) => setTimeout(done, 30));
    close();
    setPerson(null);
    setPerson({ userId: "u2", roles: ["worker"], displayName: "Thandi" });
    show(<Report kind="job" id="j7" />, "/report/job/j7");
    await new Promise((done) => setTimeout(done, 50));
    expect(written("reason")).toBe("");
  });
});

describe("an act that is never queued", () => {
  function Act() {
    const act = useAction(async (key) => {
      const answer = await fetch("/api/acts", { method: "POST", headers: { "Idempotency-Key": key } }).catch(
        noAnswer,
      );
      return answer.ok;
    }, "act/1");
    return <Button onClick={() => void act.run()}>Do it</Button>;
  }

  it("given an answer that was lost and a page that ended, when the act is done again, then it has the same key; a later one has another", async () => {
    const lost = answers({ "POST /acts": noNetwork });
    show(<Act />);
    await tap("Do it");
    await vi.waitFor(() => expect(lost).toHaveLength(1));
    close();
    const asked = answers({ "POST /acts": {} });
    show(<Act />);
    await tap("Do it");
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await new Promise((done) => setTimeout(done, 30));
    await tap("Do it");
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    const [first, second, third] = [...lost, ...asked].map((one) => one.headers.get("Idempotency-Key"));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("given a key that the API knows with another request, when the act is done again, then it has another", async () => {
    const { Refusal } = await import("../src/api/problems");
    const keys: string[] = [];
    function Reused() {
      const act = useAction(async (key) => {
        keys.push(key);
        throw new Refusal(new Response(null, { status: 422 }), { errors: [{ code: "key_reused" }] });
      }, "act/reused");
      return <Button onClick={() => void act.run()}>Do it</Button>;
    }
    show(<Reused />);
    for (const tries of [1, 2]) {
      await tap("Do it");
      await vi.waitFor(() => expect(keys).toHaveLength(tries));
      await new Promise((done) => setTimeout(done, 30));
    }
    expect(keys[1]).not.toBe(keys[0]);
  });
});

async function noAnswer(): Promise<never> {
  const { Unreachable } = await import("../src/api/problems");
  throw new Unreachable("no answer");
}
