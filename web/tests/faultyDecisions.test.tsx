/** Rare writes that are never queued, under each fault: what admins decide about money, and what proves a person. */
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PushSwitch } from "../src/cards/PushSwitch";
import { keepDevice } from "../src/offline/device";
import { outbox } from "../src/offline/outbox";
import Differences from "../src/screens/admin/Differences";
import Payouts from "../src/screens/admin/Payouts";
import Referrals from "../src/screens/admin/Referrals";
import Refunds from "../src/screens/admin/Refunds";
import StuckJobs from "../src/screens/admin/StuckJobs";
import RefundAccount from "../src/screens/buyer/RefundAccount";
import SignIn from "../src/screens/sign-in/SignIn";
import { StepUpSheet } from "../src/session/StepUpSheet";
import { confirmPerson, question } from "../src/session/stepUp";
import { signInAs } from "./api";
import { emptyDevice } from "./device";
import { FAULTS, faultyServer } from "./faultyServer";
import { escrow, jobInProgress } from "./samples";
import { close, sees, show, submitForm, tap, type } from "./screen";

interface Rare {
  write: string;
  reads: Record<string, unknown>;
  answer: unknown;
  fill: () => Promise<void>;
  send: () => Promise<void>;
  /** Whether it carries a key, by which a repeat is known; what is put, and a code that is asked for, needs none. */
  keyed?: boolean;
}

const page = (...items: object[]) => ({ items, nextCursor: null });
const SINCE = "2026-11-01T08:00:00.000Z";
const REASON = "The photos and the words show it.";
const PERSON = { userId: "u1", displayName: "Sipho", roles: ["worker"], phone: "+27821234567" };
const CHALLENGE = { challenge: "c1", expiresIn: 600 };

/** A decision on the only card of a queue. */
function decision(screen: preact.ComponentChild, path: string, item: { id: string }, choice: string) {
  return async () => {
    show(screen, path);
    await tap(choice);
    await type(`${item.id}-reason`, REASON);
  };
}

const DIFFERENCE = {
  id: "d1",
  kind: "missing",
  object: "k-1",
  reason: "amount",
  oursCents: 100,
  otherCents: null,
  foundAt: SINCE,
  status: "open",
};
const PAYOUT = {
  id: "p1",
  kind: "work",
  userId: "u2",
  amountCents: 9_500,
  failures: 3,
  createdAt: SINCE,
  reason: null,
};
const REFUND = {
  id: "r1",
  amountCents: 9_500,
  jobId: null,
  buyerId: "u2",
  status: "needs_admin",
  reason: null,
  createdAt: SINCE,
  waitsForAdmin: true,
  currency: "ZAR",
  parts: [],
  proposal: null,
};
const REWARD = {
  id: "w1",
  kind: "referral",
  amountCents: 5_000,
  referrerId: "u2",
  referrerName: "Thandi",
  referredId: "u3",
  referredName: "Musa",
  rewardedCount: null,
  createdAt: SINCE,
};
const STUCK = jobInProgress({ id: "j1", buyerId: "u2", workerId: "u3" });

const RARE: Record<string, Rare> = {
  "closing of a difference": {
    write: "POST /admin/payments/differences/d1/closing",
    reads: { "GET /admin/payments/differences": page(DIFFERENCE) },
    answer: { ...DIFFERENCE, status: "closed" },
    fill: decision(<Differences />, "/admin/differences", DIFFERENCE, "Close it"),
    send: submitForm,
    keyed: true,
  },
  "decision about a payout": {
    write: "POST /admin/payouts/p1/decision",
    reads: { "GET /admin/payouts": page(PAYOUT) },
    answer: PAYOUT,
    fill: decision(<Payouts />, "/admin/payouts", PAYOUT, "Send it"),
    send: submitForm,
    keyed: true,
  },
  "decision about a refund": {
    write: "POST /admin/payments/refunds/r1/decision",
    reads: { "GET /admin/payments/refunds": page(REFUND) },
    answer: REFUND,
    fill: decision(<Refunds />, "/admin/refunds", REFUND, "Send it again"),
    send: submitForm,
    keyed: true,
  },
  "decision about a reward": {
    write: "POST /referrals/w1/decision",
    reads: { "GET /referrals/waiting": page(REWARD) },
    answer: REWARD,
    fill: decision(<Referrals />, "/admin/referrals", REWARD, "Pay"),
    send: submitForm,
    keyed: true,
  },
  "closing of a job": {
    write: "POST /jobs/j1/closing",
    reads: { "GET /admin/jobs": page(STUCK) },
    answer: STUCK,
    fill: decision(<StuckJobs />, "/admin/stuck-jobs", STUCK, "Close as"),
    send: submitForm,
    keyed: true,
  },
  "account of a refund": {
    write: "PUT /jobs/01JOB/escrow/refund-account",
    reads: {
      "GET /jobs/01JOB/escrow": escrow({ refundStatus: "needs_account", refundedCents: 9_500 }),
      "GET /payouts/banks": { items: [{ code: "632005", name: "Absa" }] },
    },
    answer: escrow(),
    async fill() {
      show(<RefundAccount id="01JOB" />, "/deals/01JOB/refund");
      await type("bankCode", "632005");
      await type("accountNumber", "62001234567");
      await type("accountName", "T Mkhize");
      await type("identityNumber", "8001015009087");
    },
    send: submitForm,
  },
  "code by e-mail": {
    write: "POST /auth/codes",
    reads: {},
    answer: CHALLENGE,
    async fill() {
      show(<SignIn />, "/sign-in");
      await tap("Use e-mail");
      await type("contact", "thandi@example.org");
    },
    send: submitForm,
  },
  "proof of the person": {
    write: "POST /auth/step-up",
    reads: { "GET /profiles/me": PERSON, "POST /auth/codes": CHALLENGE },
    answer: null,
    async fill() {
      show(<StepUpSheet />);
      await act(() => void confirmPerson());
      await sees("082 123 4567");
    },
    async send() {
      await type("code", "");
      await type("code", "123456");
    },
  },
  "end of push messages": {
    write: "DELETE /devices/phone",
    reads: { "GET /config": { webPushKey: "AAAA" } },
    answer: null,
    async fill() {
      show(<PushSwitch />);
      await sees("Stop notices");
    },
    send: () => tap("Stop notices"),
  },
  "begin of push messages": {
    write: "PUT /devices/phone",
    reads: { "GET /config": { webPushKey: "AAAA" } },
    answer: { id: "phone" },
    async fill() {
      show(<PushSwitch />);
      await sees("Show notices");
    },
    send: () => tap("Show notices"),
  },
};

const SAID = {
  off: "No answer from Khaya.",
  slow: "",
  "429": "You can try again in 2 seconds",
  "503": "Khaya is busy. Nothing was lost.",
  "lost answer": "No answer from Khaya.",
};

beforeEach(async () => {
  signInAs(["buyer", "worker", "seller"]);
  await emptyDevice();
  localStorage.clear();
  withPush();
});

afterEach(() => {
  question.value?.(false); // nobody answers it any more
  close();
  vi.unstubAllGlobals();
});

/** A browser that takes push messages. */
function withPush(): void {
  const subscription = {
    toJSON: () => ({ endpoint: "https://push.example/1", keys: {} }),
    unsubscribe: () => true,
  };
  const pushManager = { subscribe: () => subscription, getSubscription: () => subscription };
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("Notification", { requestPermission: async () => "granted" });
  Object.defineProperty(navigator, "serviceWorker", {
    configurable: true,
    value: { ready: Promise.resolve({ pushManager }) },
  });
}

for (const [name, one] of Object.entries(RARE))
  describe(`a rare write: ${name}`, () => {
    it.each(FAULTS)(
      "given %s, when it is sent, then it is told, and the next tap makes it once",
      async (fault) => {
        // given
        if (name === "end of push messages") keepDevice("phone");
        if (name === "begin of push messages") localStorage.setItem("khaya-device-tried", "phone");
        const server = faultyServer(one.write, one.reads, one.answer, fault);
        await one.fill();
        // when
        await one.send();
        // then
        if (fault !== "slow") {
          await sees(SAID[fault]);
          expect(outbox.value).toEqual([]);
          expect(server.tries()).toBe(1); // nothing goes out by itself
          server.fault = "none";
          await one.send();
        }
        await vi.waitFor(() => expect(server.tries()).toBe(fault === "slow" ? 1 : 2));
        const isOnce = one.keyed || !one.write.startsWith("POST") || fault !== "lost answer";
        await vi.waitFor(() => expect(server.effects()).toBe(isOnce ? 1 : 2));
        await act(async () => undefined); // the answer is on the page before it is closed
      },
    );
  });
