/** What a buyer does: posting and changing a job, choosing a bid, paying, checking the work, getting money back. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { database } from "../src/offline/database";
import { outbox } from "../src/offline/outbox";
import Bids from "../src/screens/buyer/Bids";
import CheckWork from "../src/screens/buyer/CheckWork";
import { isListed, partDue } from "../src/screens/buyer/checkout";
import EditJob from "../src/screens/buyer/EditJob";
import { bodyOfChanges, conflictsOf, rebased, valuesOfJob } from "../src/screens/buyer/editing";
import Paid from "../src/screens/buyer/Paid";
import Pay from "../src/screens/buyer/Pay";
import Payments from "../src/screens/buyer/Payments";
import PostJob from "../src/screens/buyer/PostJob";
import { outcomeOf, PAUSES } from "../src/screens/buyer/paid";
import { EMPTY_POSTING, endOfWeek, errorsOfStep, isWished } from "../src/screens/buyer/posting";
import RefundAccount from "../src/screens/buyer/RefundAccount";
import { person, setPerson } from "../src/session/person";
import { answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { escrow, job, jobInProgress, SUBMISSION, summary } from "./samples";
import { close, linkTo, sees, show, submitForm, tap, type, words } from "./screen";

const ME = { buyerId: "u1" };
const AMOUNTS = {
  budgetMinCents: 1000,
  budgetMaxCents: 100_000_000,
  escrowMinCents: 20_000,
  escrowMaxCents: 5_000_000,
};
const CONFIG = {
  amounts: AMOUNTS,
  limits: { changes: 3 },
  escrow: { feePercent: 5 },
  provider: { name: "Paystack", hosts: ["pay.example"] },
};
const ANSWERS = {
  ...EMPTY_POSTING,
  category: "plumbing",
  title: "Fix a leaking tap",
  description: "The kitchen tap drips all night long.",
  location: "Umlazi",
  budgetCents: "450",
};

beforeEach(async () => {
  signInAs(["buyer"]);
  await emptyDevice();
});
afterEach(close);

async function keepDraft(value: object, of: "private" | "public" = "private"): Promise<void> {
  const draft = { key: "job", value: { ...value }, idempotencyKey: "key-1", path: "/post/check" };
  await (await database(of)).put("drafts", { ...draft, updatedAt: Date.now() });
}

describe("the rules of posting", () => {
  it.each([
    ["category", { category: null }, "category"],
    ["work", { title: "Tap" }, "title"],
    ["work", { description: "Drips." }, "description"],
    ["place", { location: " " }, "location"],
    ["budget", { budgetCents: "1,234" }, "budgetCents"],
    ["budget", { budgetCents: "5" }, "budgetCents"],
    ["budget", { payment: "escrow", budgetCents: "150" }, "budgetCents"],
    ["budget", { when: "day", startDate: "" }, "startDate"],
    ["budget", { when: "day", startDate: "2020-01-01" }, "startDate"],
  ] as const)("given the step %s with %o, when it is left, then %s is in error", (step, some, field) => {
    const values = { ...ANSWERS, category: "plumbing" as const, ...some };
    expect(Object.keys(errorsOfStep(step, values, AMOUNTS))).toEqual([field]);
  });

  it.each([
    ["2026-11-30", "2026-12-04"], // Monday: its Friday
    ["2026-12-04", "2026-12-04"],
    ["2026-12-05", "2026-12-06"], // Saturday: its Sunday
    ["2026-12-06", "2026-12-06"],
  ])("given %s, when somebody says this week, then it is %s", (today, end) => {
    expect(endOfWeek(today)).toBe(end);
  });

  it("given a wish to send of yesterday, when somebody signs in, then nothing is posted out of the blue", () => {
    expect(isWished({ ...EMPTY_POSTING, sendAfterSignIn: Date.now() - 86_400_000 })).toBe(false);
    expect(isWished({ ...EMPTY_POSTING, sendAfterSignIn: Date.now() - 60_000 })).toBe(true);
  });
});

describe("posting a job", () => {
  it("given a visitor on the check page, when they post, then they sign in first and the answers are kept", async () => {
    setPerson(null);
    await (await database("public")).clear("drafts");
    await keepDraft(ANSWERS, "public");
    answers({ "GET /config": CONFIG });
    show(<PostJob step="check" />, "/post/check");
    await sees("Fix a leaking tap");
    await tap("Post the job");
    await vi.waitFor(() => expect(location.pathname + location.search).toBe("/sign-in?then=%2Fpost%2Fcheck"));
    await vi.waitFor(async () => {
      const kept = await (await database("public")).get("drafts", "job");
      expect(Number(kept?.value.sendAfterSignIn)).toBeGreaterThan(0);
    });
    await (await database("public")).clear("drafts");
  });

  it("given a worker who wanted to post and has signed in, when the check page opens, then role and job follow by themselves", async () => {
    signInAs(["worker"]);
    await keepDraft({ ...ANSWERS, sendAfterSignIn: Date.now() });
    const asked = answers({
      "GET /config": CONFIG,
      "PUT /profiles/me/roles": { roles: ["worker", "buyer"] },
      "POST /jobs": job({ title: ANSWERS.title, ...ME }),
    });
    show(<PostJob step="check" />, "/post/check");
    await sees("Your job is posted");
    expect(person.value?.roles).toContain("buyer");
    const posts = asked.filter((one) => one.method === "POST");
    expect(posts).toHaveLength(1);
    expect(posts[0]?.headers.get("Idempotency-Key")).toBe("key-1");
    expect(posts[0]?.body).toEqual({
      category: "plumbing",
      title: "Fix a leaking tap",
      description: "The kitchen tap drips all night long.",
      location: "Umlazi",
      budgetCents: 45000,
      payment: "cash",
      startDate: null,
      photos: [],
    });
    expect(await (await database("private")).get("drafts", "job")).toBeUndefined();
  });

  it("given no network, when a buyer posts, then the job waits on the phone", async () => {
    await keepDraft(ANSWERS);
    answers({ "GET /config": CONFIG, "POST /jobs": noNetwork });
    show(<PostJob step="check" />, "/post/check");
    await tap("Post the job");
    await sees("Kept on this phone.");
    expect(outbox.value.map((one) => one.kind)).toEqual(["job"]);
  });

  it("given the last step, when the buyer chooses how to pay, then the fee of Khaya's way and what it is for are named", async () => {
    await keepDraft(ANSWERS);
    answers({ "GET /config": { ...CONFIG, escrow: { feePercent: 5 } } });
    show(<PostJob step="budget" />, "/post/budget");
    await sees("If there is a problem, Khaya decides. Its fee for you is 5 % of the price.");
    await sees("Step 4 of 5");
    show(<PostJob step="check" />, "/post/check");
    await sees("Step 5 of 5");
  });

  it("given the first question, when a tile is tapped, then the answer is kept and the next question opens", async () => {
    answers({ "GET /config": CONFIG });
    show(<PostJob />, "/post");
    await tap("Plumbing");
    await vi.waitFor(() => expect(location.pathname).toBe("/post/work"));
    await vi.waitFor(async () => {
      expect((await (await database("private")).get("drafts", "job"))?.value.category).toBe("plumbing");
    });
  });
});

describe("changing a job", () => {
  const before = job({ ...ME, budgetCents: 45000, version: 3 });

  it("given a changed budget, when somebody else changed it too, then it is a conflict; equal values are none", () => {
    const values = { ...valuesOfJob(before), budgetCents: "500", location: "Durban" };
    expect(bodyOfChanges(values)).toEqual({ budgetCents: 50000, location: "Durban" });
    const newest = job({ ...ME, budgetCents: 60000, location: "Durban", version: 4 });
    expect(conflictsOf(values, newest)).toEqual(["budgetCents"]);
    expect(conflictsOf(values, { ...newest, budgetCents: 50000 })).toEqual([]);
    expect(bodyOfChanges(rebased(values, newest, ["budgetCents"]))).toEqual({ budgetCents: 50000 });
    expect(bodyOfChanges(rebased(values, newest, []))).toEqual({});
    expect(rebased(values, newest, []).version).toBe(4);
  });

  it("given a newer version, when it is saved, then both values are shown, and mine goes under the new version", async () => {
    let newest = before;
    let tries = 0;
    const asked = answers({
      "GET /config": CONFIG,
      "GET /places": { items: [], sources: [] },
      "GET /jobs/01JOB": () => newest,
      "PATCH /jobs/01JOB": () => {
        tries += 1;
        newest = { ...before, budgetCents: 60000, version: 4 };
        return tries === 1 ? problem(412, "stale_version") : { ...newest, budgetCents: 50000 };
      },
    });
    show(<EditJob id="01JOB" />, "/deals/01JOB/edit");
    await type("budgetCents", "500");
    await submitForm();
    await sees("R600");
    await sees("R500");
    await tap("Mine");
    await submitForm();
    await sees("The job is changed");
    const sent = asked.filter((one) => one.method === "PATCH");
    expect(sent.map((one) => one.headers.get("If-Match"))).toEqual(['"3"', '"4"']);
    expect(sent.map((one) => one.body)).toEqual([{ budgetCents: 50000 }, { budgetCents: 50000 }]);
  });

  it("given a change that worked though its answer was lost, when it meets 412, then it is done", async () => {
    let newest = before;
    answers({
      "GET /config": CONFIG,
      "GET /places": { items: [], sources: [] },
      "GET /jobs/01JOB": () => newest,
      "PATCH /jobs/01JOB": () => {
        newest = { ...before, budgetCents: 50000, version: 4 };
        return problem(412, "stale_version");
      },
    });
    show(<EditJob id="01JOB" />, "/deals/01JOB/edit");
    await type("budgetCents", "500");
    await submitForm();
    await sees("The job is changed");
  });

  it("given bids, when the job is changed, then title, kind of work and payment stay", async () => {
    answers({
      "GET /config": CONFIG,
      "GET /places": { items: [] },
      "GET /jobs/01JOB": { ...before, bidCount: 2 },
    });
    show(<EditJob id="01JOB" />, "/deals/01JOB/edit");
    await sees("People have bid, so these stay as they are.");
    expect(document.getElementById("title")).toBeNull();
    expect(document.getElementById("description")).not.toBeNull();
  });
});

const BID = {
  id: "01BID",
  jobId: "01JOB",
  jobTitle: "Fix the roof",
  workerId: "01WORKER",
  workerName: "Sipho",
  amountCents: 100000,
  timelineDays: 3,
  proposal: "I bring my own ladder.",
  status: "pending",
  rejectionReason: null,
  decidedAt: null,
  createdAt: "2026-11-02T08:00:00.000Z",
  updatedAt: "2026-11-02T08:00:00.000Z",
  worker: {
    photoUrl: null,
    verified: true,
    trustScore: 60,
    rating: { average: 4.6, count: 12 },
    completedJobs: 14,
    badges: [],
  },
  quote: { buyerTotalCents: 105000, depositCents: 31500, balanceCents: 73500, workerCents: 95000 },
};

describe("choosing a bid", () => {
  const open = job({ ...ME, payment: "escrow", bidCount: 1 });
  const routes = {
    "GET /jobs/01JOB": open,
    "GET /jobs/01JOB/bids": { items: [BID], nextCursor: null },
    "GET /config": CONFIG,
  };

  it("given a bid through Khaya, when it is chosen, then the cost is shown, and the browser goes to the listed page", async () => {
    const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
    const asked = answers({
      ...routes,
      "POST /bids/01BID/acceptance": { job: open, bid: BID },
      "POST /jobs/01JOB/escrow/checkouts": { checkoutUrl: "https://pay.example/c/1", part: "deposit" },
    });
    show(<Bids id="01JOB" />, "/deals/01JOB/bids");
    await tap("Choose Sipho");
    await sees("Give the job to Sipho?");
    for (const text of ["R1 050", "R315", "R735"]) expect(words()).toContain(text);
    await tap("Choose Sipho and pay R315");
    await vi.waitFor(() => expect(assign).toHaveBeenCalledWith("https://pay.example/c/1"));
    expect(asked.at(-1)?.body).toEqual({ part: "deposit" });
    assign.mockRestore();
  });

  it("given a checkout that fails after the choice, when it is chosen, then the page that says until when opens", async () => {
    answers({
      ...routes,
      "POST /bids/01BID/acceptance": { job: open, bid: BID },
      "POST /jobs/01JOB/escrow/checkouts": problem(503, "unavailable"),
    });
    show(<Bids id="01JOB" />, "/deals/01JOB/bids");
    await tap("Choose Sipho");
    await tap("Choose Sipho and pay R315");
    await vi.waitFor(() => expect(location.pathname).toBe("/deals/01JOB/pay"));
  });

  it("given a bid, when the buyer says no, then the worker's bid is rejected at once", async () => {
    const asked = answers({ ...routes, "POST /bids/01BID/rejection": { ...BID, status: "rejected" } });
    show(<Bids id="01JOB" />, "/deals/01JOB/bids");
    await tap("Say no");
    await sees("Say no to Sipho?");
    document.querySelector<HTMLElement>("dialog .danger")?.click();
    await sees("You said no to Sipho.");
    expect(asked.find((one) => one.method === "POST")?.body).toEqual({ reason: null });
  });
});

describe("paying", () => {
  const due = { dueNowCents: 73500, dueAt: "2099-12-03T12:00:00.000Z", status: "deposit_paid" };
  const half = escrow({ status: "deposit_paid", paidCents: 31500, heldCents: 31500 });

  it.each([
    ["https://pay.example/x", true],
    ["https://pay.example.evil/x", false],
    ["https://evil/pay.example", false],
    ["javascript:alert(1)", false],
    ["not an address", false],
  ])("given the address %s, when it is to be opened, then it is allowed: %s", (address, allowed) => {
    expect(isListed(address, ["pay.example"])).toBe(allowed);
  });

  it.each([
    [escrow({ status: "pending", paidCents: 0 }), 31500, "deposit"],
    [escrow({ status: "pending", paidCents: 0, balanceCents: 0 }), 42000, "all"],
    [half, 73500, "balance"],
    [escrow({ status: "disputed", paidCents: 31500 }), 73500, "balance"],
    [escrow({ status: "disputed", paidCents: 31500 }), 0, null],
    [escrow(), 0, null],
  ] as const)(
    "given an escrow, when the part that is due is asked for, then it is known",
    (one, cents, part) => {
      expect(partDue(one, cents)).toBe(part);
    },
  );

  it("given a page that is not listed, when the buyer pays, then the browser stays and says so", async () => {
    const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
    answers({
      "GET /jobs/01JOB": jobInProgress({ ...ME, payment: "escrow", escrow: summary(due) }),
      "GET /jobs/01JOB/escrow": half,
      "GET /config": CONFIG,
      "POST /jobs/01JOB/escrow/checkouts": { checkoutUrl: "https://evil.example/c/1", part: "balance" },
    });
    show(<Pay id="01JOB" />, "/deals/01JOB/pay");
    await sees("Pay by Thursday 3 December 2099, 14:00.");
    await tap("Pay R735");
    await sees("This payment page is not known to Khaya");
    expect(assign).not.toHaveBeenCalled();
    assign.mockRestore();
  });

  const checkout = (status: Schemas["EscrowCheckoutView"]["status"]) => [
    { part: "deposit" as const, status, expiresAt: "2099-01-01T00:00:00.000Z" },
  ];
  it.each([
    [escrow({ status: "deposit_paid", checkouts: checkout("paid") }), "paid"],
    [escrow({ status: "pending", checkouts: checkout("failed") }), "failed"],
    [escrow({ status: "pending", checkouts: checkout("expired") }), "ended"],
    [escrow({ status: "pending", checkouts: checkout("waiting") }), "waiting"],
    [escrow({ status: "cancelled", checkouts: checkout("expired") }), "late"],
    [escrow({ status: "pending" }), "ended"],
  ] as const)(
    "given what the API says, when the buyer comes back, then the outcome is known",
    (one, outcome) => {
      expect(outcomeOf(one)).toBe(outcome);
    },
  );

  it("given the pauses, when they are added up, then they are 1, 2, 4, 8 seconds and 2 minutes by 15", () => {
    expect(PAUSES.slice(0, 4)).toEqual([1, 2, 4, 8]);
    expect(PAUSES.slice(4).every((one) => one === 15)).toBe(true);
    expect(PAUSES.slice(4).reduce((sum, one) => sum + one, 0)).toBe(120);
  });

  it("given a query that claims success, when the API knows of no payment, then the page does not believe it", async () => {
    answers({ "GET /jobs/01JOB/escrow": escrow({ status: "pending", checkouts: checkout("failed") }) });
    show(<Paid id="01JOB" />, "/deals/01JOB/paid?status=success");
    await sees("The payment did not work");
    await sees("The bank or the payment service declined it. No money was taken.");
    expect(words()).not.toContain("We are checking");
    expect(linkTo("Open the payment")).toBe("/deals/01JOB/pay");
  });

  it("given a payment that comes a second later, when the page asks again, then it says that it is paid", async () => {
    let asked = 0;
    answers({
      "GET /jobs/01JOB/escrow": () => {
        asked += 1;
        return asked < 2
          ? escrow({ status: "pending", paidCents: 0, checkouts: checkout("waiting") })
          : escrow({ status: "deposit_paid", paidCents: 31500, checkouts: checkout("paid") });
      },
    });
    show(<Paid id="01JOB" />, "/deals/01JOB/paid");
    await sees("We are checking");
    await vi.waitFor(() => expect(words()).toContain("R315 is paid"), { timeout: 4_000 });
  });

  it("given a payment that stays unknown, when time passes, then the page says one thing at a time, and never two", async () => {
    answers({
      "GET /jobs/01JOB/escrow": escrow({ status: "pending", paidCents: 0, checkouts: checkout("waiting") }),
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      show(<Paid id="01JOB" />, "/deals/01JOB/paid");
      const said: string[] = [];
      for (const seconds of [0, 1, 2, 4, 8, ...PAUSES.slice(4)]) {
        await vi.advanceTimersByTimeAsync(seconds * 1000);
        expect(document.querySelectorAll(".note")).toHaveLength(1);
        const title = document.querySelector(".note")?.textContent ?? "";
        if (!said.includes(title)) said.push(title);
      }
      expect(said.map((one) => one.slice(0, 14))).toEqual([
        "We are checkin",
        "No payment has",
        "We will tell y",
      ]);
      expect(linkTo("Open the payment")).toBe("/deals/01JOB/pay");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("checking the work", () => {
  const submitted = jobInProgress({
    ...ME,
    payment: "escrow",
    startedAt: "2026-11-03T08:00:00.000Z",
    submission: SUBMISSION,
    changes: [{ reason: "Loose.", at: "2026-11-04T08:00:00.000Z" }],
    escrow: summary({ releaseAt: "2099-12-05T12:00:00.000Z" }),
  });
  const routes = { "GET /jobs/01JOB": submitted, "GET /jobs/01JOB/escrow": escrow(), "GET /config": CONFIG };

  it("given good work, when the buyer confirms, then the question names amount and worker, and the review is next", async () => {
    const asked = answers({ ...routes, "POST /jobs/01JOB/completion": submitted });
    show(<CheckWork id="01JOB" />, "/deals/01JOB/check");
    await sees("Both sheets are fixed.");
    await tap("The work is good");
    await tap("Release R950 to Sipho");
    await vi.waitFor(() => expect(location.pathname).toBe("/deals/01JOB/review"));
    expect(asked.filter((one) => one.method === "POST").map((one) => one.path)).toEqual([
      "/jobs/01JOB/completion",
    ]);
  });

  it("given work that was sent back once, when it is sent back again, then it says the second of three and why", async () => {
    const asked = answers({ ...routes, "POST /jobs/01JOB/changes": submitted });
    show(<CheckWork id="01JOB" />, "/deals/01JOB/check");
    await tap("Send it back (2 of 3)");
    await type("reason", "One sheet is still loose.");
    await submitForm();
    await sees("The work is back with Sipho.");
    expect(asked.at(-1)?.body).toEqual({ reason: "One sheet is still loose." });
  });

  it("given a balance that is open, when the buyer checks, then they pay first and cannot confirm", async () => {
    answers({
      ...routes,
      "GET /jobs/01JOB": { ...submitted, escrow: summary({ status: "deposit_paid", dueNowCents: 73500 }) },
      "GET /jobs/01JOB/escrow": escrow({ status: "deposit_paid", paidCents: 31500 }),
    });
    show(<CheckWork id="01JOB" />, "/deals/01JOB/check");
    await sees("Pay the rest first.");
    expect(linkTo("Pay R735")).toBe("/deals/01JOB/pay");
    expect(words()).not.toContain("The work is good");
  });
});

describe("payments and money back", () => {
  it("given a payment and a refund, when they are listed, then the payment has a receipt and the refund says why", async () => {
    const payment = {
      jobId: "01JOB",
      jobTitle: "Fix the roof",
      keptCents: 0,
      at: "2026-11-03T08:00:00.000Z",
    };
    answers({
      "GET /payments/mine": {
        items: [
          { ...payment, id: "p2", kind: "refund", amountCents: 31500, reason: "cancelled", status: "paid" },
          { ...payment, id: "p1", kind: "deposit", amountCents: 31500, reason: null, status: "paid" },
        ],
        nextCursor: null,
      },
    });
    show(<Payments />, "/me/payments");
    await sees("The job was cancelled.");
    expect(words().match(/Download the receipt/g)).toHaveLength(1);
  });

  it("given a payment in another currency, when it is listed, then its amount is not in rand", async () => {
    const wrong = { id: "p3", jobId: "01JOB", jobTitle: "Fix the roof", kind: "deposit", status: "returned" };
    const amounts = { amountCents: 31500, keptCents: 0, currency: "USD", at: "2026-11-03T08:00:00.000Z" };
    answers({
      "GET /payments/mine": { items: [{ ...wrong, ...amounts, reason: "wrong_currency" }], nextCursor: null },
    });
    show(<Payments />, "/me/payments");
    await sees("Fix the roof");
    expect(words()).toMatch(/USD\s315/);
    expect(words()).not.toContain("R315");
  });

  it("given money back that an admin decided about, when it is listed, then it leads to who got what and why", async () => {
    const refund = {
      id: "refund-01JOB",
      jobId: "01JOB",
      jobTitle: "Fix the roof",
      kind: "refund",
      status: "paid",
    };
    const amounts = { amountCents: 20000, keptCents: 11500, at: "2026-11-03T08:00:00.000Z" };
    answers({
      "GET /payments/mine": { items: [{ ...refund, ...amounts, reason: "admin" }], nextCursor: null },
    });
    show(<Payments />, "/me/payments");
    await sees("Khaya decided about the problem.");
    expect(words()).toMatch(/Did not come back\s*R115/);
    expect(linkTo("See who got what, and why")).toBe("/deals/01JOB");
  });

  it("given no refund that needs an account, when the page opens, then no number is asked for", async () => {
    answers({ "GET /jobs/01JOB/escrow": escrow() });
    show(<RefundAccount id="01JOB" />, "/deals/01JOB/refund-account");
    await sees("No bank account is needed for this job now.");
    expect(document.querySelector("input")).toBeNull();
  });
});
