import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { database } from "../src/offline/database";
import { outbox, remove, sendAgain, sendNow, sendWaiting, submit } from "../src/offline/outbox";
import { setPerson } from "../src/session/person";
import { answers, noNetwork, problem, signInAs } from "./api";

const HOUR = 3_600_000;

function bid(id: string, more: object = {}) {
  return {
    id,
    kind: "bid",
    title: "Fix a tap",
    method: "POST" as const,
    path: "/jobs/j1/bids",
    body: { amountCents: 5000 },
    ...more,
  };
}

afterEach(() => {
  vi.useRealTimers();
});

async function kept() {
  return (await database("private")).getAll("outbox");
}

let minutes = 0;

beforeEach(async () => {
  minutes += 2; // the writes of one test do not count in the minute of the next
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * 60_000 });
  signInAs();
  for (const item of outbox.value) await remove(item.id);
});

describe("the outbox", () => {
  it("given a network, when something is submitted, then it is sent once under its key and not kept", async () => {
    const asked = answers({ "POST /jobs/j1/bids": { id: "b1" } });
    const sent = await submit(bid("k1"));
    expect(sent).toEqual({ state: "sent", answer: { id: "b1" } });
    expect(asked.map((one) => one.headers.get("Idempotency-Key"))).toEqual(["k1"]);
    expect(await kept()).toEqual([]);
  });

  it("given no network, when something is submitted, then it is kept and goes out under the same key later", async () => {
    answers({ "POST /jobs/j1/bids": noNetwork });
    expect(await submit(bid("k2"))).toEqual({ state: "waiting" });
    expect((await kept()).map((one) => [one.id, one.state])).toEqual([["k2", "waiting"]]);

    const asked = answers({ "POST /jobs/j1/bids": { id: "b1" } });
    await sendAgain("k2");
    expect(asked.map((one) => one.headers.get("Idempotency-Key"))).toEqual(["k2"]);
    expect(outbox.value).toEqual([]);
  });

  it.each([429, 500, 503, 401])(
    "given an answer %i, then the item waits and is not asked for again at once",
    async (status) => {
      const asked = answers({ "POST /jobs/j1/bids": problem(status, "unavailable") });
      await submit(bid("k3"));
      const tries = asked.length;
      await sendWaiting();
      expect(asked.length).toBe(tries);
      expect(outbox.value[0]?.state).toBe("waiting");
    },
  );

  it("given a refusal, when something is submitted, then its form gets it and nothing stays in the outbox", async () => {
    answers({ "POST /jobs/j1/bids": problem(409, "job_status") });
    const states: string[] = [];
    const stop = outbox.subscribe((items) => states.push(...items.map((one) => one.state)));
    const sent = await submit(bid("k4"));
    stop();
    expect(sent.state).toBe("refused");
    expect(states).not.toContain("needs_you");
    expect(await kept()).toEqual([]);
  });

  it("given a refusal in the background, then the item needs its owner and others still go out", async () => {
    answers({ "POST /jobs/j1/bids": noNetwork, "POST /stories": noNetwork });
    await submit(bid("k5"));
    await submit({ ...bid("k6"), kind: "story", path: "/stories" });
    const asked = answers({ "POST /jobs/j1/bids": problem(409, "job_status"), "POST /stories": {} });
    await sendAgain("k5");
    await sendAgain("k6");
    expect(asked.map((one) => one.path)).toEqual(["/jobs/j1/bids", "/stories"]);
    expect(outbox.value.map((one) => [one.id, one.state, one.failure?.code])).toEqual([
      ["k5", "needs_you", "job_status"],
    ]);
  });

  it("given two items of one object, when the first waits, then the second does not overtake it", async () => {
    answers({ "PATCH /listings/l1": noNetwork, "POST /listings/l1/stock": noNetwork });
    await submit({ ...bid("k7"), method: "PATCH", path: "/listings/l1", object: "listings/l1" });
    await submit({ ...bid("k8"), path: "/listings/l1/stock", object: "listings/l1" });
    const asked = answers({ "PATCH /listings/l1": {}, "POST /listings/l1/stock": {} });
    await sendAgain("k7");
    await sendAgain("k8");
    expect(asked.map((one) => one.path)).toEqual(["/listings/l1", "/listings/l1/stock"]);
  });

  it.each([
    [[{ jobId: "j1", status: "pending" }], "seems_sent"],
    [[{ jobId: "j2", status: "pending" }], "seems_lost"],
    [[{ jobId: "j1", status: "withdrawn" }], "seems_lost"],
  ])(
    "given a bid first tried 21 hours ago and own bids %j, then its owner is asked: %s",
    async (items, doubt) => {
      answers({ "POST /jobs/j1/bids": noNetwork });
      await submit(bid("k9"));
      const db = await database("private");
      const item = outbox.value[0];
      if (!item) throw new Error("not kept");
      await db.put("outbox", { ...item, firstTriedAt: Date.now() - 21 * HOUR, nextTryAt: 0 });
      const asked = answers({ "GET /bids/mine": { items, nextCursor: null }, "POST /jobs/j1/bids": {} });
      await sendWaiting();
      expect(asked.map((one) => one.method)).toEqual(["GET"]);
      expect((await db.get("outbox", "k9"))?.doubt).toBe(doubt);

      await sendAgain("k9");
      const post = asked.find((one) => one.method === "POST");
      expect(post?.headers.get("Idempotency-Key")).not.toBe("k9");
    },
  );

  it("given a photo that the phone lost, when its item is sent, then the item needs its owner and does not stay sending", async () => {
    const asked = answers({ "POST /jobs/j1/bids": noNetwork });
    await submit(bid("p1"));
    const db = await database("private");
    const item = outbox.value[0];
    if (!item) throw new Error("not kept");
    await db.put("outbox", {
      ...item,
      nextTryAt: 0,
      pictures: { ids: ["lost"], purpose: "job", field: "photos" },
    });
    asked.length = 0;
    await sendWaiting();
    expect(asked).toEqual([]);
    expect(outbox.value.map((one) => [one.state, one.failure?.code])).toEqual([
      ["needs_you", "photos_missing"],
    ]);
  });

  it("given an item that another tab has sent, when this tab hears late of it, then it is not sent again", async () => {
    answers({ "POST /jobs/j1/bids": noNetwork });
    await submit(bid("t1"));
    await (await database("private")).delete("outbox", "t1");
    const asked = answers({ "POST /jobs/j1/bids": {} });
    await sendNow();
    expect(asked).toEqual([]);
    expect(outbox.value).toEqual([]);
  });

  it("given an item that is deleted while it is sent, when the network fails, then it does not come back", async () => {
    answers({
      "POST /jobs/j1/bids": async () => {
        await remove("d1");
        noNetwork();
      },
    });
    await submit(bid("d1"));
    expect(outbox.value).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  it("given a sign-out while an item is sent, then nothing of it is kept for visitors or for the next person", async () => {
    answers({
      "POST /jobs/j1/bids": () => {
        setPerson(null);
        setPerson({ userId: "u2", roles: ["worker"], displayName: "Thandi" });
        noNetwork();
      },
    });
    await submit(bid("s1"));
    expect(await kept()).toEqual([]);
    expect(await (await database("public")).getAll("outbox")).toEqual([]);
    signInAs();
    await (await database("private")).delete("outbox", "s1");
  });

  it("given a refused item, then a later one of the same object goes out", async () => {
    answers({ "PATCH /listings/l1": noNetwork });
    await submit({ ...bid("r1"), method: "PATCH", path: "/listings/l1", object: "listings/l1" });
    const asked = answers({
      "PATCH /listings/l1": problem(412, "stale_version"),
      "POST /listings/l1/stock": {},
    });
    await sendAgain("r1");
    const sent = await submit({ ...bid("r2"), path: "/listings/l1/stock", object: "listings/l1" });
    expect(sent.state).toBe("sent");
    expect(asked.map((one) => one.method).filter((method) => method !== "GET")).toEqual(["PATCH", "POST"]);
  });

  it("given an item that waits for a network, when the phone is online again, then it goes out without its pause", async () => {
    answers({ "POST /jobs/j1/bids": noNetwork });
    await submit(bid("n1"));
    const asked = answers({ "POST /jobs/j1/bids": {} });
    await sendNow();
    expect(asked.map((one) => one.method)).toEqual(["POST"]);
  });

  it.each([
    [{ priceCents: 12_100 }, []],
    [{ priceCents: 11_900 }, ["needs_you"]],
  ])(
    "given a change whose answer was lost and %j at the API, when its repeat is refused for the version, then equal fields mean done",
    async (there, states) => {
      answers({ "PATCH /listings/l1": noNetwork });
      const change = { method: "PATCH" as const, path: "/listings/l1", body: { priceCents: 12_100 } };
      await submit({ ...bid("c1"), ...change });
      answers({ "PATCH /listings/l1": problem(412, "stale_version"), "GET /listings/l1": there });
      await sendAgain("c1");
      expect(outbox.value.map((one) => one.state)).toEqual(states);
      for (const item of outbox.value) await remove(item.id);
    },
  );

  it("given many items, when the network is back, then at most 15 writes go out in a minute", async () => {
    answers({ "POST /jobs/j1/bids": noNetwork });
    for (let n = 0; n < 20; n += 1) await submit(bid(`m${n}`));
    vi.setSystemTime(Date.now() + 10 * 60_000);
    const asked = answers({ "POST /jobs/j1/bids": {} });
    await sendWaiting();
    expect(asked.length).toBe(15);
    expect(outbox.value.length).toBe(5);
  });
});
