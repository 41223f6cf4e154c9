/** What an admin decides about what waits: each queue sends what was chosen, with the reason, and only once. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import Admin from "../src/screens/admin/Admin";
import { setPerson } from "../src/session/person";
import { answers, problem } from "./api";
import { emptyDevice } from "./device";
import { job } from "./samples";
import { linkTo, open, sees, submitForm, tap, type, words } from "./screen";

const ME = "u1";
const AT = "2026-11-10T08:00:00.000Z";
const REASON = "Both agreed on the phone.";

beforeEach(async () => {
  setPerson({ userId: ME, roles: ["admin"], displayName: "Ayanda" });
  await emptyDevice();
});

interface Case {
  page: string;
  list: string;
  item: Record<string, unknown>;
  choice: string;
  effect: string;
  field: string;
  path: string;
  body: Record<string, unknown>;
}

const PERSON = {
  userId: "01W",
  displayName: "Nomvula Khumalo",
  phone: "+27820000004",
  roles: ["worker"],
  status: "active",
  createdAt: AT,
  profile: {
    bio: "I lay tiles.",
    trades: ["tiling"],
    location: "Umlazi",
    yearsExperience: 7,
    completedJobs: 3,
    paidJobs: 2,
    rating: { average: 4.5, count: 2 },
    trustScore: 41,
  },
};
const PAYOUT = {
  id: "01P",
  userId: "01W",
  kind: "earning",
  jobId: "01JOB",
  jobTitle: "Tile the porch",
  amountCents: 95_000,
  reason: "admin_hold",
  createdAt: AT,
  failures: 2,
  heldBy: null,
  decisionReason: null,
  proposal: null,
};
const REFUND = {
  id: "01R",
  jobId: "01JOB",
  jobTitle: "Tile the porch",
  buyerId: "01B",
  amountCents: 31_500,
  currency: "ZAR",
  status: "needs_admin",
  reason: "refused",
  parts: [{ collection: "01job-deposit-1", cents: 31_500, state: "failed" }],
  decisionReason: null,
  createdAt: AT,
  waitsForAdmin: true,
  proposal: null,
};
const SUSPENSE = {
  id: "01S",
  amountCents: 73_500,
  currency: "ZAR",
  feeCents: 2_500,
  chargedBackCents: 0,
  reason: "late",
  status: "waiting",
  jobId: "01JOB",
  buyerId: "01B",
  createdAt: AT,
};
const REWARD = {
  id: "01W",
  kind: "referral",
  amountCents: 5_000,
  referrerId: "01A",
  referrerName: "Bongani",
  referredId: "01B",
  referredName: "Themba",
  rewardedCount: null,
  createdAt: AT,
};
const CHARGEBACK = {
  id: "91",
  collectionId: "01job-deposit-1",
  jobId: "01JOB",
  jobTitle: "Tile the porch",
  buyerId: "01B",
  workerId: "01W",
  amountCents: 31_500,
  status: "open",
  dueAt: AT,
  answered: false,
  answer: null,
  createdAt: AT,
};
const DIFFERENCE = {
  id: "01D",
  kind: "refund",
  object: "01job-deposit-1",
  reason: "not_in_our_books",
  oursCents: null,
  otherCents: 100,
  status: "open",
  foundAt: AT,
};

const CASES: Case[] = [
  {
    page: "stuck-jobs",
    list: "/admin/jobs",
    item: job({ status: "in_progress", workerId: "01W", workerName: "Sipho", acceptedAt: AT }),
    choice: "Close as finished",
    effect: "The job counts as done, also for the worker. Both get a notice and see your reason.",
    field: "01JOB-reason",
    path: "/jobs/01JOB/closing",
    body: { status: "completed", reason: REASON },
  },
  {
    page: "payouts",
    list: "/admin/payouts",
    item: PAYOUT,
    choice: "Send it",
    effect: "It goes to their bank account with the next run.",
    field: "01P-reason",
    path: "/admin/payouts/01P/decision",
    body: { decision: "send", reason: REASON },
  },
  {
    page: "refunds",
    list: "/admin/payments/refunds",
    item: REFUND,
    choice: "Send it again",
    effect: "The provider is asked once more for R315.",
    field: "01R-reason",
    path: "/admin/payments/refunds/01R/decision",
    body: { decision: "again", reason: REASON },
  },
  {
    page: "suspense",
    list: "/admin/payments/suspense",
    item: SUSPENSE,
    choice: "Give it back",
    effect: "R735 goes back the way it came, and the buyer gets a notice.",
    field: "01S-reason",
    path: "/admin/payments/suspense/01S/refund",
    body: { reason: REASON },
  },
  {
    page: "referrals",
    list: "/referrals/waiting",
    item: REWARD,
    choice: "Pay",
    effect: "Bongani and Themba get credits of R50 each at once",
    field: "01W-reason",
    path: "/referrals/01W/decision",
    body: { decision: "pay", reason: REASON },
  },
  {
    page: "chargebacks",
    list: "/admin/payments/chargebacks",
    item: CHARGEBACK,
    choice: "Accept it",
    effect: "R315 goes back to the buyer.",
    field: "91-reason",
    path: "/admin/payments/chargebacks/91/response",
    body: { decision: "accept", reason: REASON },
  },
  {
    page: "differences",
    list: "/admin/payments/differences",
    item: DIFFERENCE,
    choice: "Close it",
    effect: "It leaves this list for good, and the books stay as they are.",
    field: "01D-reason",
    path: "/admin/payments/differences/01D/closing",
    body: { reason: REASON },
  },
];

describe.each(CASES)("$page", ({ page, list, item, choice, effect, field, path, body }) => {
  function queue(decided: (asked: unknown) => unknown) {
    const waits = { items: [item] };
    return answers({
      [`GET ${list}`]: () => ({ items: waits.items, nextCursor: null }),
      [`POST ${path}`]: (asked: unknown) => {
        const answer = decided(asked);
        if (!(answer instanceof Response)) waits.items = [];
        return answer;
      },
    });
  }

  it("given one thing that waits, when it is decided with a reason, then it is sent once and nothing waits", async () => {
    const asked = queue(() => item);
    await open(`/admin/${page}`, <Admin page={page} />);
    await tap(choice);
    await sees(effect);
    await submitForm();
    await sees("Write a reason of at least");
    expect(asked.filter((one) => one.method === "POST")).toEqual([]);
    await type(field, REASON);
    await submitForm();
    await sees("Nothing waits here.");
    const [sent, ...more] = asked.filter((one) => one.method === "POST");
    expect([sent?.path, sent?.body, more]).toEqual([path, body, []]);
    expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
  });

  it("given a refusal, when it is decided, then it says why, and the reason is still there", async () => {
    queue(() => problem(409, "somewhere_else", { detail: "Another admin was faster." }));
    await open(`/admin/${page}`, <Admin page={page} />);
    await tap(choice);
    await type(field, REASON);
    await submitForm();
    await sees("Another admin was faster.");
    expect((document.getElementById(field) as HTMLTextAreaElement).value).toBe(REASON);
  });

  it("given a reason that the API does not take, when it is sent, then its field says so", async () => {
    queue(() =>
      problem(422, "invalid", {
        errors: [{ field: "reason", code: "too_short", message: "Too short.", params: { min: 400 } }],
      }),
    );
    await open(`/admin/${page}`, <Admin page={page} />);
    await tap(choice);
    await type(field, REASON);
    await submitForm();
    await vi.waitFor(() => expect(document.getElementById(field)?.getAttribute("aria-invalid")).toBe("true"));
  });
});

describe("what an admin may not decide", () => {
  it.each([
    ["payouts", "/admin/payouts", { ...PAYOUT, userId: ME }],
    ["refunds", "/admin/payments/refunds", { ...REFUND, buyerId: ME }],
    ["referrals", "/referrals/waiting", { ...REWARD, referrerId: ME }],
  ])("given %s of their own, then they only look on", async (page, list, item) => {
    answers({ [`GET ${list}`]: { items: [item], nextCursor: null } });
    await open(`/admin/${page}`, <Admin page={page} />);
    await sees("You are part of this. Another admin decides.");
    expect(document.querySelector("input[type=radio]")).toBeNull();
  });
});

describe("money that two admins decide about", () => {
  const large = { ...PAYOUT, amountCents: 570_000 };
  const first = { by: "01A", decision: "hold", reason: "The neighbour says that it leaks.", at: AT };
  const people = (item: object) => ({
    "GET /admin/payouts": { items: [item], nextCursor: null },
    "GET /admin/users/01A": { ...PERSON, userId: "01A", displayName: "Lwazi" },
    "GET /admin/users/01W": PERSON,
    [`GET /admin/users/${ME}`]: { ...PERSON, userId: ME, displayName: "Ayanda" },
  });

  it("given their own first decision, then they read it, and that another admin has to decide", async () => {
    answers(people({ ...large, proposal: { ...first, by: ME } }));
    await open("/admin/payouts", <Admin page="payouts" />);
    await sees("Ayanda decided first");
    await sees("Now another admin has to decide the same.");
    expect(document.querySelector("input[type=radio]")).toBeNull();
  });

  it("given another's first decision, then each choice says if it ends it or takes its place", async () => {
    answers(people({ ...large, proposal: first }));
    await open("/admin/payouts", <Admin page="payouts" />);
    await sees("Lwazi decided first");
    await sees(first.reason);
    await tap("Hold it");
    await sees("You are the second admin, so it happens at once.");
    await tap("Send it");
    await sees("Yours takes its place, and waits for another admin.");
  });

  it("given no decision yet, when one is sent, then it says that it waits for another admin", async () => {
    const waits = { item: large as object };
    answers({
      ...people(large),
      "GET /admin/payouts": () => ({ items: [waits.item], nextCursor: null }),
      "POST /admin/payouts/01P/decision": () => {
        waits.item = { ...large, proposal: { ...first, by: ME } };
        return waits.item;
      },
    });
    await open("/admin/payouts", <Admin page="payouts" />);
    await tap("Hold it");
    await sees("It is above R5 000, so two admins decide.");
    await type("01P-reason", REASON);
    await submitForm();
    await sees("Your decision is kept: Hold it.");
    await sees("Now another admin has to decide the same.");
  });
});

it("given a payout that an admin holds, then it is not held again, and the reason for it stands there", async () => {
  answers({
    "GET /admin/payouts": {
      items: [{ ...PAYOUT, heldBy: "01A", decisionReason: "We wait for the police." }],
      nextCursor: null,
    },
    "GET /admin/users/01W": PERSON,
  });
  await open("/admin/payouts", <Admin page="payouts" />);
  await sees("We wait for the police.");
  await sees("Nomvula Khumalo");
  expect([...document.querySelectorAll("label.choice")].map((one) => one.textContent)).toEqual(["Send it"]);
});

it("given refunds in two states, then those that wait for an admin stand in one list, and no others", async () => {
  const account = { ...REFUND, status: "needs_account", reason: null };
  answers({
    "GET /admin/payments/refunds?status=needs_admin": { items: [], nextCursor: "more" },
    "GET /admin/payments/refunds?status=needs_admin&cursor=more": { items: [REFUND], nextCursor: null },
    "GET /admin/payments/refunds?status=needs_account": {
      items: [
        { ...account, id: "01Q", jobTitle: "Fix the roof", waitsForAdmin: true },
        { ...account, id: "01O", jobTitle: "Sweep the yard", waitsForAdmin: false },
      ],
      nextCursor: null,
    },
  });
  await open("/admin/refunds", <Admin page="refunds" />);
  await sees("Tile the porch");
  await sees("Fix the roof");
  await sees("The buyer was asked for a bank account and named none.");
  expect(words()).not.toContain("Sweep the yard");
});

it("given money in dollars of which a bank took a part, then no amount is written in rand", async () => {
  const dollars = { ...SUSPENSE, currency: "USD", chargedBackCents: 3_500, buyerId: null, jobId: null };
  answers({ "GET /admin/payments/suspense": { items: [dollars], nextCursor: null } });
  await open("/admin/suspense", <Admin page="suspense" />);
  await sees("USD 735");
  await sees("Nobody knows");
  await tap("Give it back");
  await sees("USD 700 goes back the way it came. It cannot be undone.");
  expect(words()).not.toMatch(/R\d/);
});

it("given a chargeback that was answered, then it no longer waits, and the other list says what was answered", async () => {
  const answer = { decision: "contest", reason: REASON, by: ME, at: AT, sentAt: null };
  answers({ "GET /admin/payments/chargebacks": { items: [{ ...CHARGEBACK, answer }], nextCursor: null } });
  await open("/admin/chargebacks", <Admin page="chargebacks" />);
  await sees("Nothing waits here.");
  await open("/admin/chargebacks?status=answered", <Admin page="chargebacks" />);
  await sees("Contest it. The bank decides now.");
  expect(document.querySelector("input[type=radio]")).toBeNull();
});

it("given a chargeback of money without a job, then there is no evidence to contest it with", async () => {
  const item = { ...CHARGEBACK, jobId: null, jobTitle: null, buyerId: null, workerId: null };
  answers({ "GET /admin/payments/chargebacks": { items: [item], nextCursor: null } });
  await open("/admin/chargebacks", <Admin page="chargebacks" />);
  await sees("Accept it");
  expect(words()).not.toContain("Contest it");
  expect(words()).not.toContain("Get the evidence");
});

describe("the money of a month", () => {
  const totals = {
    month: "2026-11",
    days: 9,
    lastDay: "2026-11-09",
    collectedCents: 100_000,
    settledCents: 96_000,
    earnedCents: 95_000,
    refundedCents: 0,
    sentBackCents: 0,
    paidOutCents: 0,
    chargedBackCents: 0,
    platformFeesCents: 10_000,
    providerFeesCents: 4_000,
    lossesCents: 0,
    rewardsCents: 0,
    balances: { providerBalance: -100_000, fees: 10_000 },
  };

  it("given days that were counted, then it says up to when, and what each balance is", async () => {
    answers({ "GET /admin/payments/totals": totals });
    await open("/admin/money", <Admin page="money" />);
    await sees("Figures up to Tuesday 10 November, 02:00.");
    await sees("At the provider");
    expect(words()).not.toMatch(/providerBalance|NaN/);
  });

  it("given no day that was counted, then it says so, and shows no amounts", async () => {
    answers({ "GET /admin/payments/totals": { ...totals, days: 0, lastDay: null, balances: {} } });
    await open("/admin/money", <Admin page="money" />);
    await sees("No day of this month is counted yet.");
    expect(words()).not.toMatch(/R\d/);
  });
});

it("given somebody who asks to be checked, then it says who they are, what they did, and what was decided before", async () => {
  const entry = { id: "1", object: { kind: "people", id: "01W" }, actorId: ME, at: AT, changes: [] };
  const asked = answers({
    "GET /admin/verifications": {
      items: [
        { userId: "01W", displayName: "Nomvula Khumalo", note: "Please check me.", certifications: [] },
      ],
      nextCursor: null,
    },
    "GET /admin/users/01W": PERSON,
    "GET /admin/audit": {
      items: [
        { ...entry, id: "3", action: "person.payout_account_changed" },
        {
          ...entry,
          id: "4",
          action: "person.joined",
          changes: [{ field: "verified", from: null, to: false }],
        },
        { ...entry, id: "2", action: "person.verification_refused" },
        { ...entry, action: "person.verified", changes: [{ field: "verified", from: true, to: false }] },
      ],
      nextCursor: null,
    },
  });
  await open("/admin/verifications", <Admin page="verifications" />);
  await sees("Please check me.");
  await sees("They sent no certificates.");
  await sees("I lay tiles.");
  await sees("3, 2 of them paid through Khaya");
  await sees("4.5 of 5, from 2");
  await sees("Refused");
  await sees("The check was ended");
  expect(document.querySelectorAll("li.card li").length).toBe(2);
  expect(words()).not.toContain("payout_account_changed");
  const object = encodeURIComponent("people/01W");
  expect(asked.map((one) => one.path)).toContain(`/admin/audit?object=${object}&limit=50`);
});

it("given a person, then the link to the audit trail names them as the API does", async () => {
  answers({ "GET /admin/users/01W": PERSON });
  await open("/admin/people/01W", <Admin page="people" id="01W" />);
  await sees("Nomvula Khumalo");
  expect(linkTo("Audit")).toBe("/admin/audit?object=people/01W");
});

describe("codes of the API", () => {
  it.each([
    ["refunds", "/admin/payments/refunds", REFUND, ["The provider refused it."]],
    ["suspense", "/admin/payments/suspense", SUSPENSE, ["It came after the job had ended."]],
    ["payouts", "/admin/payouts", PAYOUT, ["An admin holds it."]],
    ["differences", "/admin/payments/differences", DIFFERENCE, ["The provider has it, our books do not."]],
    ["chargebacks", "/admin/payments/chargebacks", CHARGEBACK, ["Answer by"]],
  ])("given %s, then words stand in their place", async (page, list, item, says) => {
    answers({ [`GET ${list}`]: { items: [item], nextCursor: null } });
    await open(`/admin/${page}`, <Admin page={page} />);
    for (const text of says) await sees(text);
    expect(words()).not.toMatch(/\b[a-z]+_[a-z_]+\b/);
  });
});

it("given queues of which some are empty, when the admin opens the first page, then those with something waiting come first", async () => {
  answers({
    "GET /admin/queues": {
      items: [
        { queue: "listings", count: 0, more: false, oldestAt: null },
        { queue: "verifications", count: 2, more: false, oldestAt: AT },
        { queue: "reports", count: 0, more: false, oldestAt: null },
        { queue: "disputes", count: 5, more: false, oldestAt: AT },
      ],
    },
    "GET /admin/statistics": { days: [] },
  });
  await open("/admin", <Admin />);
  await sees("5");
  const order = [...document.querySelectorAll("a.card")].map((one) => one.getAttribute("href"));
  expect(order).toEqual(["/admin/verifications", "/admin/disputes", "/admin/moderation", "/admin/reports"]);
});
