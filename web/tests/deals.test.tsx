/** What the two people of a job see and can do: work list, job room, cancelling, a problem with an agreement, a review. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { sharesOf } from "../src/deal/shares";
import { outbox } from "../src/offline/outbox";
import Cancel, { effectsOf } from "../src/screens/deals/Cancel";
import Deals from "../src/screens/deals/Deals";
import Dispute from "../src/screens/deals/Dispute";
import JobRoom from "../src/screens/deals/JobRoom";
import { linesOf } from "../src/screens/deals/Money";
import { bodyOf, valuesOf } from "../src/screens/deals/review";
import { timelineOf } from "../src/screens/deals/timeline";
import WriteReview from "../src/screens/deals/WriteReview";
import { whereMoneyIs } from "../src/screens/deals/whereMoneyIs";
import { answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { dispute, escrow, job, jobInProgress, SUBMISSION, summary } from "./samples";
import { linkTo, sees, show, submitForm, tap, type, words } from "./screen";

const ME = "u1";
const NOTHING = { items: [] };
const AS_BUYER = { buyerId: ME };
const AS_WORKER = { workerId: ME };
const THROUGH_KHAYA = { payment: "escrow" as const, startedAt: "2026-11-03T08:00:00.000Z" };

beforeEach(async () => {
  signInAs(["buyer", "worker"]);
  await emptyDevice();
});

function room(one: Schemas["PartyJobView"], more: Record<string, unknown> = {}) {
  const asked = answers({ "GET /jobs/01JOB": one, "GET /me/actions": NOTHING, ...more });
  show(<JobRoom id="01JOB" />, "/deals/01JOB");
  return asked;
}

describe("the work list", () => {
  it("given something to pay and jobs on both sides, when it opens, then the payment is first and each job leads to its room", async () => {
    const action = { kind: "buyer", action: "pay", jobId: "01JOB", listingId: null, title: "Fix the roof" };
    answers({
      "GET /me/actions": { items: [{ ...action, dueAt: "2099-12-05T12:00:00.000Z", amountCents: 31500 }] },
      "GET /jobs/mine?as=buyer&limit=10": { items: [jobInProgress(AS_BUYER)], nextCursor: null },
      "GET /jobs/mine?as=worker&limit=10": {
        items: [jobInProgress({ id: "02JOB", title: "Paint", status: "completed", ...AS_WORKER })],
        nextCursor: null,
      },
    });
    show(<Deals />, "/deals");
    await sees("Pay R315");
    await sees("Paint");
    expect(linkTo("Pay R315")).toBe("/deals/01JOB/pay");
    expect(linkTo("Fix the roof")).toBe("/deals/01JOB");
    expect(words().indexOf("Fix the roof")).toBeLessThan(words().indexOf("Paint"));
  });

  it("given a job with something to do, when the list opens, then it stands there once", async () => {
    const action = { kind: "review", action: "review", listingId: null, dueAt: null, amountCents: null };
    answers({
      "GET /me/actions": {
        items: [
          { ...action, jobId: "01JOB", title: "Fix the roof" },
          { ...action, jobId: "02JOB", title: "Paint the hall" },
        ],
      },
      "GET /jobs/mine?as=buyer&limit=10": {
        items: [
          jobInProgress({ ...AS_BUYER, title: "Fix the roof" }),
          jobInProgress({ ...AS_BUYER, id: "02JOB", title: "Paint the hall", status: "completed" }),
          jobInProgress({ ...AS_BUYER, id: "03JOB", title: "Mend the gate" }),
        ],
        nextCursor: null,
      },
      "GET /jobs/mine?as=worker&limit=10": { items: [], nextCursor: null },
    });
    show(<Deals />, "/deals");
    await sees("Mend the gate");
    for (const title of ["Fix the roof", "Paint the hall", "Mend the gate"])
      expect(words().split(title)).toHaveLength(2);
  });

  it("given nothing at all, when it opens, then it offers to post a job and to find work", async () => {
    answers({ "GET /me/actions": NOTHING, "GET /jobs/mine": { items: [], nextCursor: null } });
    show(<Deals />, "/deals");
    await sees("You have no jobs yet.");
    expect(linkTo("Find work")).toBe("/jobs");
  });
});

describe("the job room", () => {
  it("given a deposit that is due, when its buyer opens it, then it says what, how much and until when", async () => {
    const due = { status: "pending", dueNowCents: 31500, dueAt: "2099-12-03T12:00:00.000Z" };
    room(jobInProgress({ ...AS_BUYER, payment: "escrow", contact: null, escrow: summary(due) }), {
      "GET /jobs/01JOB/escrow": escrow({ status: "pending", paidCents: 0, heldCents: 0 }),
    });
    await sees("Sipho has the job. Khaya keeps the money until the work is done.");
    await sees("Pay by Thursday 3 December 2099, 14:00.");
    expect(linkTo("Pay R315")).toBe("/deals/01JOB/pay");
    expect(words()).toContain("You see how to reach each other once the deposit is paid.");
  });

  it("given an agreed job, when it opens, then the other side can be called, written to on WhatsApp, and by SMS", async () => {
    room(jobInProgress(AS_BUYER));
    await sees("082 123 4567");
    expect(linkTo("Call")).toBe("tel:+27821234567");
    expect(linkTo("Write on WhatsApp")).toBe("https://wa.me/27821234567");
    expect(linkTo("Write an SMS")).toBe("sms:+27821234567");
  });

  it("given a paid deposit, when the worker starts, then it is sent once and at once", async () => {
    const ready = jobInProgress({
      ...AS_WORKER,
      payment: "escrow",
      escrow: summary({ status: "deposit_paid" }),
    });
    const asked = room(ready, {
      "GET /jobs/01JOB/escrow": escrow({ status: "deposit_paid", paidCents: 31500, heldCents: 31500 }),
      "POST /jobs/01JOB/start": { ...ready, startedAt: "2026-11-03T08:00:00.000Z" },
    });
    await tap("Start the work");
    await sees("The work has started.");
    expect(asked.filter((one) => one.method === "POST")).toHaveLength(1);
    expect(outbox.value).toEqual([]);
  });

  it("given no network at the start, when the worker taps it, then it says so and nothing is queued", async () => {
    room(jobInProgress({ ...AS_WORKER, payment: "escrow", escrow: summary({ status: "deposit_paid" }) }), {
      "GET /jobs/01JOB/escrow": escrow({ status: "deposit_paid" }),
      "POST /jobs/01JOB/start": noNetwork,
    });
    await tap("Start the work");
    await sees("No answer from Khaya.");
    expect(outbox.value).toEqual([]);
  });

  it("given somebody who is no party, when they open it, then they are led to the job's page", async () => {
    room(job());
    await sees("Only the two people of this job see this page.");
    expect(linkTo("See the job")).toBe("/jobs/01JOB");
  });

  it("given a job that was posted for as soon as possible, when its worker reads it, then it says so", async () => {
    room(jobInProgress({ ...AS_WORKER, startDate: null }));
    await sees("About the job");
    expect(words()).toMatch(/Begin\s*As soon as possible/);
  });

  it("given an admin who closed the job, when a party opens the room, then they read why", async () => {
    const at = "2026-11-20T08:00:00.000Z";
    const closing = { status: "completed" as const, reason: "Neither of you answered for long.", at };
    room(jobInProgress({ ...AS_WORKER, status: "completed", completedAt: at, closing }));
    await sees("Why Khaya closed the job");
    await sees("Neither of you answered for long.");
  });

  it("given money that moved, when each side reads what happened, then payments, release and payout stand there", () => {
    const moved = escrow({
      history: [
        { kind: "deposit", amountCents: 31_500, at: "2026-11-03T08:00:00.000Z" },
        { kind: "balance", amountCents: 73_500, at: "2026-11-06T08:00:00.000Z" },
        { kind: "released", amountCents: 95_000, at: "2026-11-07T08:00:00.000Z" },
        { kind: "payout", amountCents: 95_000, at: "2026-11-10T08:00:00.000Z" },
        { kind: "refund_paid", amountCents: 100, at: "2026-11-11T08:00:00.000Z" },
      ],
    });
    const texts = (side: "buyer" | "worker") =>
      timelineOf(jobInProgress(THROUGH_KHAYA), side, moved).map((one) => one.text.replace(/\u00a0/g, " "));
    for (const side of ["buyer", "worker"] as const)
      expect(texts(side)).toEqual(
        expect.arrayContaining([
          "Thandi paid the deposit, R315.",
          "Thandi paid the rest, R735.",
          "R950 was released to Sipho.",
        ]),
      );
    expect(texts("worker")).toContain("R950 was paid into your bank account.");
    expect(texts("buyer")).not.toContain("R950 was paid into your bank account.");
    expect(texts("buyer")).toContain("R1 was paid back to you.");
    expect(texts("worker")).not.toContain("R1 was paid back to you.");
  });

  it("given a job of the past, when its events are listed, then they are in the order of time", () => {
    const events = timelineOf(
      jobInProgress({
        ...THROUGH_KHAYA,
        changes: [{ reason: "Loose.", at: "2026-11-04T08:00:00.000Z" }],
        submission: SUBMISSION,
      }),
      "buyer",
    );
    expect(events.map((one) => one.at)).toEqual(events.map((one) => one.at).sort());
    expect(events.find((one) => one.note)?.note).toBe("Loose.");
  });
});

describe("the money of a job", () => {
  it("given R1 000 through Khaya, when the worker looks, then fee and pay come to R950", () => {
    const lines = linesOf(jobInProgress(THROUGH_KHAYA), escrow(), "worker").map(
      ([name, value]) => `${name}: ${value.replace(/\u00a0/g, " ")}`,
    );
    expect(lines).toEqual(["Agreed: R1 000", "Khaya's fee: −R50", "You receive: R950"]);
  });

  it.each([
    [{ status: "cancelled", paidCents: 0, heldCents: 0 }, "Nothing"],
    [{ status: "refunded", refundedCents: 105_000, heldCents: 0 }, "Nothing"],
    [{ status: "released", heldCents: 0 }, "R950"],
    [{ status: "released", refundedCents: 30_000, heldCents: 0 }, "R678.57"],
    [{ status: "released", heldCents: 0, dispute: dispute({ workerCents: 40_000 }) }, "R400"],
  ] as const)("given the ended escrow %o, when the worker looks, then they receive %s", (some, gets) => {
    const lines = new Map(linesOf(jobInProgress(THROUGH_KHAYA), escrow(some), "worker"));
    expect(lines.get("You receive")).toBe(gets);
    expect(lines.has("Khaya's fee")).toBe(gets === "R950");
  });

  it.each([
    ["buyer", { status: "held" }, {}, "until the work is done"],
    ["buyer", { status: "held" }, { submission: SUBMISSION }, "until you release it or the time is over"],
    [
      "worker",
      { status: "held" },
      { submission: SUBMISSION },
      "until the buyer releases it or the time is over",
    ],
    ["buyer", { status: "disputed" }, {}, "until you agree or it is decided"],
    ["buyer", { status: "released" }, { status: "completed" }, "The money is released to Sipho."],
    ["worker", { status: "released" }, { status: "completed" }, "The money is released to you."],
    ["worker", { status: "released", refundedCents: 1 }, { status: "completed" }, "was divided between you"],
    ["buyer", { status: "refunded" }, { status: "cancelled" }, "The money goes back to you."],
    ["worker", { status: "refunded" }, { status: "cancelled" }, "The money goes back to the buyer."],
    ["worker", { status: "cancelled" }, { status: "cancelled" }, "Khaya holds no money for it."],
  ] as const)(
    "given the %s of an escrow %o, when they look, then it says where the money is",
    (side, some, more, text) => {
      const one = jobInProgress({ ...THROUGH_KHAYA, ...more });
      expect(whereMoneyIs(one, side, escrow(some))).toContain(text);
    },
  );

  it.each([
    [105000, 0, 95000, 10000],
    [105000, 105000, 0, 0],
    [31500, 0, 28500, 3000],
    [105000, 30000, 67857, 7143],
  ])(
    "given %i held, when %i goes back, then the worker gets %i and Khaya %i",
    (held, refund, worker, khaya) => {
      expect(sharesOf({ ...escrow(), heldCents: held }, refund)).toEqual({ refund, worker, khaya });
    },
  );
});

describe("cancelling", () => {
  it("given a paid job before its start, when the effects are listed, then the money goes back and the limit is said", () => {
    const paid = jobInProgress({ payment: "escrow", escrow: summary({ status: "held" }) });
    expect(effectsOf(paid, "buyer")).toEqual(["deals.effect_all_back", "deals.effect_twice"]);
    expect(effectsOf(job(), "buyer")).toEqual(["deals.effect_open"]);
  });

  it("given an open job, when its buyer gives no reason, then the field says so; with one it is cancelled", async () => {
    const asked = answers({
      "GET /jobs/01JOB": job(AS_BUYER),
      "POST /jobs/01JOB/cancellation": job({ ...AS_BUYER, status: "cancelled" }),
    });
    show(<Cancel id="01JOB" />, "/deals/01JOB/cancel");
    await sees("Why do you cancel?");
    await submitForm();
    await sees("Error: Write why, in a few words.");
    await type("reason", "My brother does it.");
    await submitForm();
    await sees("The job is cancelled");
    expect(asked.at(-1)?.body).toEqual({ reason: "My brother does it." });
  });

  it("given work that was handed in, when somebody wants to cancel, then it is not offered", async () => {
    answers({ "GET /jobs/01JOB": jobInProgress({ ...AS_BUYER, submission: SUBMISSION }) });
    show(<Cancel id="01JOB" />, "/deals/01JOB/cancel");
    await sees("This job cannot be cancelled now.");
  });
});

describe("a problem with a job", () => {
  const disputed = jobInProgress({ ...AS_BUYER, ...THROUGH_KHAYA, escrow: summary({ status: "disputed" }) });

  it("given a job that has started, when the buyer says what is wrong, then the problem is open", async () => {
    let now = escrow({ status: "held" });
    const asked = answers({
      "GET /jobs/01JOB": jobInProgress({ ...AS_BUYER, ...THROUGH_KHAYA, escrow: summary() }),
      "GET /jobs/01JOB/escrow": () => now,
      "POST /jobs/01JOB/escrow/dispute": () => {
        now = escrow({ status: "disputed", dispute: dispute() });
        return now;
      },
    });
    show(<Dispute id="01JOB" />, "/deals/01JOB/dispute");
    await type("reason", "The paint peels off already.");
    await submitForm();
    await sees("The money waits.");
    expect(asked.find((one) => one.method === "POST")?.body).toEqual({
      reason: "The paint peels off already.",
    });
  });

  it("given a proposal of the worker, when the buyer accepts it, then exactly that amount is accepted", async () => {
    const asked = answers({
      "GET /jobs/01JOB": disputed,
      "GET /jobs/01JOB/escrow": escrow({
        status: "disputed",
        dispute: dispute({ by: "worker" }),
        settlement: { by: "worker", refundCents: 30000, at: "2026-11-11T08:00:00.000Z" },
      }),
      "POST /jobs/01JOB/escrow/settlement/acceptance": escrow({ status: "released" }),
    });
    show(<Dispute id="01JOB" />, "/deals/01JOB/dispute");
    await sees("The other side proposes");
    await sees("Back to Thandi");
    expect(words()).toContain("R678.57");
    await tap("Accept this");
    await sees("Accept and end the problem?");
    await vi.waitFor(async () => {
      const buttons = [...document.querySelectorAll<HTMLElement>("dialog button")];
      buttons[0]?.click();
      expect(asked.find((one) => one.method === "POST")?.body).toEqual({ refundCents: 30000 });
    });
    expect(words()).not.toContain("Take the problem back"); // only who opened it may do that
  });

  it("given more than what is held, when it is proposed, then the field says the bounds and nothing is sent", async () => {
    const asked = answers({
      "GET /jobs/01JOB": disputed,
      "GET /jobs/01JOB/escrow": escrow({ status: "disputed", dispute: dispute() }),
    });
    show(<Dispute id="01JOB" />, "/deals/01JOB/dispute");
    await type("refundCents", "2 000");
    await submitForm();
    await sees("Error: From R0 to R1 050.");
    expect(asked.every((one) => one.method === "GET")).toBe(true);
    expect(words()).toContain("Take the problem back");
  });

  it("given no network, when evidence is added, then the text stays and nothing is queued", async () => {
    answers({
      "GET /jobs/01JOB": disputed,
      "GET /jobs/01JOB/escrow": escrow({ status: "disputed", dispute: dispute() }),
      "POST /jobs/01JOB/escrow/evidence": noNetwork,
    });
    show(<Dispute id="01JOB" />, "/deals/01JOB/dispute");
    await type("text", "See the photos of Monday.");
    await tap("Send evidence");
    await sees("No answer from Khaya.");
    expect(document.querySelector<HTMLTextAreaElement>("#text")?.value).toBe("See the photos of Monday.");
    expect(outbox.value).toEqual([]);
  });
});

describe("a problem that was decided", () => {
  const SPLITS = [
    ["nothing for both", "refunded", 0, 0, 105_000],
    ["half and half", "released", 50_000, 50_000, 5_000],
  ] as const;
  const moneyOf = (cents: number) => `R${cents / 100}`.replace("R1050", "R1 050");

  describe.each(SPLITS)("%s", (_, status, workerCents, refundCents, platformCents) => {
    const one = (side: object) =>
      jobInProgress({
        ...side,
        ...THROUGH_KHAYA,
        status: status === "released" ? "completed" : "cancelled",
        escrow: summary({ status }),
        ...(status === "refunded"
          ? {
              cancellation: {
                by: "system",
                reason: "The dispute about the job was decided.",
                at: "2026-11-12T08:00:00.000Z",
              },
            }
          : {}),
      });
    const whole = escrow({
      status,
      heldCents: 0,
      refundedCents: refundCents,
      payoutStatus: status === "released" ? "pending" : null,
      dispute: dispute({
        decision: "admin",
        workerCents,
        refundCents,
        platformCents,
        resolution: {
          workerCents,
          refundCents,
          platformCents,
          reason: "The photos show half a wall.",
          at: "2026-11-12T08:00:00.000Z",
        },
      }),
    });
    const [gets, back, khaya] = [workerCents, refundCents, platformCents].map(moneyOf);

    it.each([
      ["buyer", AS_BUYER, `Sipho gets ${gets}, ${back} goes back to you, Khaya keeps ${khaya}.`],
      ["worker", AS_WORKER, `you get ${gets}, ${back} goes back to Thandi, Khaya keeps ${khaya}.`],
    ])(
      "given the %s, when the room and the problem open, then both say who really got what",
      async (side, as, text) => {
        room(one(as), { "GET /jobs/01JOB/escrow": whole });
        await sees(`The problem is over: ${text}`);
        await sees("Why Khaya decided so");
        await sees("The photos show half a wall.");
        expect(words()).not.toMatch(/goes back the way you paid|[Tt]he money (goes|went) back|money back/);
        const lines = Object.fromEntries(linesOf(one(as), whole, side as "buyer" | "worker"));
        expect(lines["Khaya keeps"]?.replace(/\u00a0/g, " ")).toBe(khaya);
        show(<Dispute id="01JOB" />, "/deals/01JOB/dispute");
        await sees("Khaya decided.");
        await sees(text);
        await sees("The photos show half a wall.");
      },
    );

    it.each([
      ["buyer", AS_BUYER, `Sipho gets ${gets}, ${back} goes back to you, Khaya keeps ${khaya}.`],
      ["worker", AS_WORKER, `you get ${gets}, ${back} goes back to Thandi, Khaya keeps ${khaya}.`],
    ])(
      "given the %s, when their past jobs are listed, then the list says who really got what",
      async (side, as, text) => {
        const shares = { decision: "admin", workerCents, refundCents, platformCents };
        const past = { ...one(as), escrow: summary({ status, shares }) };
        answers({
          "GET /me/actions": NOTHING,
          [`GET /jobs/mine?as=${side}&limit=10`]: { items: [past], nextCursor: null },
          "GET /jobs/mine": { items: [], nextCursor: null },
        });
        show(<Deals />, "/deals");
        await sees(text);
        await sees("Problem decided");
        expect(words()).not.toContain("Cancelled, money back");
      },
    );
  });
});

describe("a review", () => {
  const done = jobInProgress({ ...AS_BUYER, status: "completed" });

  it("given a done job, when stars are chosen and it is sent, then the API gets them", async () => {
    const asked = answers({ "GET /jobs/01JOB": done, "POST /jobs/01JOB/reviews": { id: "r1" } });
    show(<WriteReview id="01JOB" />, "/deals/01JOB/review");
    await sees("How was it with Sipho?");
    await tap("Send review");
    await sees("Error: Choose from 1 to 5 stars.");
    await tap("4 stars: good");
    await tap("Send review");
    await sees("Your review is published");
    expect(asked.at(-1)?.body).toEqual({ rating: 4 });
  });

  it("given no network, when it is sent, then it waits on the phone", async () => {
    answers({ "GET /jobs/01JOB": done, "POST /jobs/01JOB/reviews": noNetwork });
    show(<WriteReview id="01JOB" />, "/deals/01JOB/review");
    await tap("5 stars: very good");
    await tap("Send review");
    await sees("Kept on this phone.");
    expect(outbox.value.map((one) => one.kind)).toEqual(["review"]);
  });

  it("given a refusal, when it is sent, then it says why and the stars stay", async () => {
    answers({
      "GET /jobs/01JOB": done,
      "POST /jobs/01JOB/reviews": problem(409, "already_reviewed"),
    });
    show(<WriteReview id="01JOB" />, "/deals/01JOB/review");
    await tap("5 stars: very good");
    await tap("Send review");
    await sees("You have reviewed this job.");
    expect(document.querySelector<HTMLInputElement>("input[name=rating][value='5']")?.checked).toBe(true);
  });

  it("given money that was released, when the buyer comes to the review, then it says how much to whom", async () => {
    answers({
      "GET /jobs/01JOB": jobInProgress({
        ...AS_BUYER,
        ...THROUGH_KHAYA,
        status: "completed",
        escrow: summary({ status: "released" }),
      }),
      "GET /jobs/01JOB/escrow": escrow({ status: "released", heldCents: 0, workerCents: 38_000 }),
    });
    show(<WriteReview id="01JOB" />, "/deals/01JOB/review");
    await sees("R380 is released to Sipho.");
    await sees("How was it with Sipho?");
  });

  it("given points and a comment, when the request comes back, then the form has the same values", () => {
    const values = { rating: "5", points: { punctuality: "3" }, comment: "Came late." } as const;
    expect(bodyOf(values)).toEqual({ rating: 5, subRatings: { punctuality: 3 }, comment: "Came late." });
    expect(valuesOf(bodyOf(values))).toEqual(values);
  });
});
