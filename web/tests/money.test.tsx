import { beforeEach, describe, expect, it, vi } from "vitest";
import Credits, { signed } from "../src/screens/money/Credits";
import Invitation from "../src/screens/money/Invitation";
import { pathOf } from "../src/screens/money/QrCode";
import Withdraw from "../src/screens/money/Withdraw";
import { needOf, readAmount, type State } from "../src/screens/money/withdrawal";
import { answers, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { linkTo, sees, show, tap, type, words } from "./screen";

const ACCOUNT = {
  bankCode: "632005",
  bankName: "Absa",
  accountName: "S Dube",
  accountNumberMasked: "******5678",
  verified: true,
  problem: null,
  usableFrom: "2026-01-01T00:00:00Z",
};
const STATE: State = { withdrawableCents: 25_000, leastCents: 10_000, account: ACCOUNT };
const NOW = Date.parse("2026-11-01T08:00:00Z");
const ROUTES = {
  "GET /credits/balance": { balanceCents: 30_000, withdrawableCents: 25_000, pendingWithdrawalCents: 12_300 },
  "GET /config": { amounts: { withdrawalMinCents: 10_000 } },
  "GET /payouts/account": ACCOUNT,
};

beforeEach(async () => {
  signInAs();
  await emptyDevice();
});

describe("what a withdrawal needs", () => {
  it.each([
    [STATE, null],
    [{ ...STATE, withdrawableCents: 9_999 }, "credits"],
    [{ ...STATE, account: null }, "account"],
    [{ ...STATE, account: { ...ACCOUNT, verified: false } }, "account"],
    [{ ...STATE, account: { ...ACCOUNT, verified: false, problem: "closed" as const } }, "account"],
    [{ ...STATE, account: { ...ACCOUNT, usableFrom: "2026-11-02T00:00:00Z" } }, "account"],
  ])("given %o, when somebody wants to withdraw, then %s is missing", (state, kind) => {
    expect(needOf(state, NOW)?.kind ?? null).toBe(kind);
  });

  it.each([
    ["100", 10_000],
    ["250.00", 25_000],
    ["99.99", null],
    ["250.01", null],
    ["1,000", null],
  ])("given the amount %s, when it is read, then it is %s cents", (text, cents) => {
    const read = readAmount(text, STATE);
    expect(read.errors ? null : read.amountCents).toBe(cents);
  });
});

describe("credits", () => {
  it("given a failed withdrawal, when the statement is read, then its state is there in words beside the balances", async () => {
    const entry = {
      id: "e1",
      type: "withdrawal",
      amountCents: -10_000,
      balanceAfterCents: 20_000,
      reason: null,
      reversedBy: "e2",
      withdrawalStatus: "failed",
      createdAt: "2026-11-01T08:00:00Z",
    };
    answers({ ...ROUTES, "GET /credits/transactions": { items: [entry], nextCursor: null } });
    show(<Credits />);
    await sees("Did not work. It is in your credits again.");
    for (const amount of ["R300", "R250", "R123", "−R100"]) expect(words()).toContain(amount);
  });

  it("given money in, when it is shown, then its sign is told", () => {
    expect([signed(5000), signed(-5000), signed(0)]).toEqual(["+R50", "−R50", "R0"]);
  });
});

describe("a withdrawal", () => {
  it("given a good account, when money is withdrawn, then the answer says that it is on its way", async () => {
    const asked = answers({
      ...ROUTES,
      "POST /credits/withdrawals": { id: "e1", amountCents: -20_000, createdAt: new Date().toISOString() },
    });
    show(<Withdraw />);
    await sees("account ******5678");
    await type("amountCents", "200");
    await tap("Withdraw money");
    await sees("R200 is on its way");
    expect(words()).not.toContain("You asked for this before");
    const sent = asked.find((one) => one.method === "POST");
    expect(sent?.body).toEqual({ amountCents: 20_000 });
    expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
  });

  it("given an answer that was lost an hour ago, when the same is withdrawn again, then the page says that it was before", async () => {
    const createdAt = new Date(Date.now() - 3_600_000).toISOString();
    answers({ ...ROUTES, "POST /credits/withdrawals": { id: "e1", amountCents: -20_000, createdAt } });
    show(<Withdraw />);
    await sees("account ******5678");
    await type("amountCents", "200");
    await tap("Withdraw money");
    await sees("You asked for this before:");
  });

  it("given no account, when the page is opened, then it leads to the account", async () => {
    answers({ ...ROUTES, "GET /payouts/account": problem(404, "not_found") });
    show(<Withdraw />);
    await sees("We do not know your bank account yet.");
    expect(linkTo("Go to my bank account")).toBe("/me/payout-account");
  });
});

describe("an invitation", () => {
  it("given somebody who joined, when the page is opened, then link, QR code and their state are there", async () => {
    const joined = {
      id: "r1",
      referredName: "Thandi",
      status: "rewarded",
      rewardCents: 5_000,
      completedAt: null,
      rewardedAt: null,
      createdAt: "2026-11-01T08:00:00Z",
    };
    answers({
      "GET /config": { rewards: { referralCents: 7_500, referralJobsCents: 300_000 } },
      "GET /referrals/code": { code: "BCDF2345" },
      "GET /referrals/mine": { items: [joined], nextCursor: null },
    });
    show(<Invitation />);
    await sees("You got R50");
    await sees("Once their jobs paid through Khaya add up to R3 000, you both get R75.");
    expect(linkTo(location.origin)).toBe(`${location.origin}/s/invite/BCDF2345`);
    expect(linkTo("See who invited")).toBe("/leaderboard");
    await tap("Show the QR code");
    await sees("Thandi");
    await vi.waitFor(() =>
      expect(document.querySelector("svg.qr path")?.getAttribute("d")).toMatch(/^M4 4h1v1h-1z/),
    );
  });

  it("given rows of squares, when they are drawn, then the dark ones are", () => {
    expect(
      pathOf([
        [true, false],
        [false, true],
      ]),
    ).toBe("M0 0h1v1h-1zM1 1h1v1h-1z");
  });
});
