/** What an admin decides about what waits: each queue sends what was chosen, with the reason, and only once. */
import { beforeEach, describe, expect, it } from "vitest";
import Admin from "../src/screens/admin/Admin";
import { setPerson } from "../src/session/person";
import { answers, problem } from "./api";
import { emptyDevice } from "./device";
import { job } from "./samples";
import { open, sees, submitForm, tap, type, words } from "./screen";

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

const PAYOUT = {
  id: "01P",
  userId: "01W",
  kind: "job",
  jobTitle: "Tile the porch",
  amountCents: 95_000,
  reason: "admin_hold",
  createdAt: AT,
  failures: 2,
  proposal: null,
};
const REFUND = {
  id: "01R",
  jobId: "01JOB",
  jobTitle: "Tile the porch",
  buyerId: "01B",
  amountCents: 31_500,
  status: "needs_admin",
  reason: "refused",
  createdAt: AT,
  waitsForAdmin: true,
  proposal: null,
};
const SUSPENSE = {
  id: "01S",
  amountCents: 73_500,
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

const CASES: Case[] = [
  {
    page: "stuck-jobs",
    list: "/admin/jobs",
    item: job({ status: "in_progress", workerId: "01W", workerName: "Sipho", acceptedAt: AT }),
    choice: "Close as finished",
    effect: "The job counts as done. Both see your reason.",
    field: "01JOB-reason",
    path: "/jobs/01JOB/closing",
    body: { status: "completed", reason: REASON },
  },
  {
    page: "payouts",
    list: "/admin/payouts",
    item: PAYOUT,
    choice: "Send it",
    effect: "It goes to the bank account with the next run.",
    field: "01P-reason",
    path: "/admin/payouts/01P/decision",
    body: { decision: "send", reason: REASON },
  },
  {
    page: "refunds",
    list: "/admin/payments/refunds",
    item: REFUND,
    choice: "Send it again",
    effect: "The provider is asked once more.",
    field: "01R-reason",
    path: "/admin/payments/refunds/01R/decision",
    body: { decision: "again", reason: REASON },
  },
  {
    page: "suspense",
    list: "/admin/payments/suspense",
    item: SUSPENSE,
    choice: "Give it back",
    effect: "It goes back to the one who paid.",
    field: "01S-reason",
    path: "/admin/payments/suspense/01S/refund",
    body: { reason: REASON },
  },
  {
    page: "referrals",
    list: "/referrals/waiting",
    item: REWARD,
    choice: "Pay",
    effect: "The credits are booked at once.",
    field: "01W-reason",
    path: "/referrals/01W/decision",
    body: { decision: "pay", reason: REASON },
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
});

describe("what an admin may not decide", () => {
  it.each([
    ["payouts", "/admin/payouts", { ...PAYOUT, userId: ME }],
    [
      "payouts",
      "/admin/payouts",
      { ...PAYOUT, proposal: { by: ME, decision: "send", reason: REASON, at: AT } },
    ],
    ["refunds", "/admin/payments/refunds", { ...REFUND, buyerId: ME }],
    ["referrals", "/referrals/waiting", { ...REWARD, referrerId: ME }],
  ])("given %s of their own or proposed by them, then they only look on", async (page, list, item) => {
    answers({ [`GET ${list}`]: { items: [item], nextCursor: null } });
    await open(`/admin/${page}`, <Admin page={page} />);
    await sees("You are part of this. Another admin decides.");
    expect(document.querySelector("input[type=radio]")).toBeNull();
  });
});

describe("codes of the API", () => {
  it.each([
    ["refunds", "/admin/payments/refunds", REFUND, ["It needs an admin", "the provider refused it"]],
    ["suspense", "/admin/payments/suspense", SUSPENSE, ["It came too late", "It waits"]],
    ["payouts", "/admin/payouts", PAYOUT, ["an admin's hold"]],
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
