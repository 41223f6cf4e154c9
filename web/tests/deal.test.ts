/** The table of what each side sees of a job: each state that the API can be in has a row, words, and acts that exist. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Schemas } from "../src/api/client";
import { ACTS, type Act, pageOf } from "../src/deal/acts";
import { dealOf, doingOf } from "../src/deal/deal";
import { type Side, STAGES, stageOf } from "../src/deal/stages";
import { NAMES, TABLE } from "../src/deal/table";
import { ROUTES } from "../src/routes";
import english from "../src/words/compiled/en.work.json";
import zulu from "../src/words/compiled/zu.work.json";
import { dispute, escrow, job, jobInProgress, SUBMISSION, summary } from "./samples";

type Job = Schemas["PartyJobView"];
type Escrow = Schemas["EscrowView"];

const NOW = Date.parse("2026-11-06T08:00:00.000Z");
const SIDES: Side[] = ["buyer", "worker"];
const api = JSON.parse(readFileSync("../functions/platform/openapi.json", "utf8")); // tests run in web/
const TO_DO: Act[] = api.components.schemas.ActionView.properties.action.enum;

/** Each state in which the API can show a job to one of its sides, and whether the escrow is known in full. */
function* states(): Generator<{ job: Job; escrow?: Escrow; side: Side; state: string }> {
  for (const one of jobs())
    for (const side of SIDES) {
      if (side === "worker" && !one.job.workerId) continue;
      yield { ...one, side };
      if (one.job.escrow)
        for (const whole of escrowsOf(one.job))
          yield { ...one, side, escrow: whole, state: `${one.state}, ${detail(whole)}` };
    }
}

function* jobs(): Generator<{ job: Job; state: string }> {
  yield { job: job(), state: "open" };
  yield { job: job({ bidCount: 3 }), state: "open with bids" };
  yield { job: job({ expiresAt: "2026-11-01T08:00:00.000Z" }), state: "open past its expiry" };
  yield { job: job({ status: "expired" }), state: "expired" };
  yield { job: job({ status: "cancelled" }), state: "cancelled before a bid" };
  const submitted = { submission: SUBMISSION, completesAt: "2026-11-12T08:00:00.000Z" };
  const changes = [{ reason: "One sheet is loose.", at: "2026-11-05T09:00:00.000Z" }];
  for (const [state, some] of Object.entries({
    agreed: {},
    submitted,
    "sent back": { changes },
    "submitted again": { ...submitted, changes },
    completed: { status: "completed" as const },
    "completed and reviewed": { status: "completed" as const, reviewed: true },
    cancelled: { status: "cancelled" as const },
  }))
    yield { job: jobInProgress(some), state: `cash, ${state}` };
  const started = { startedAt: "2026-11-03T08:00:00.000Z" };
  const steps = { "not started": {}, started, submitted: { ...started, submission: SUBMISSION } };
  const open = (status: string, step: Partial<Job>, some = {}) =>
    jobInProgress({ payment: "escrow", ...step, escrow: summary({ status, ...some }) });
  const due = { dueNowCents: 73500, dueAt: "2026-11-08T08:00:00.000Z" };
  yield { job: open("pending", {}, due), state: "escrow pending" };
  for (const [name, step] of Object.entries(steps)) {
    yield { job: open("deposit_paid", step, due), state: `deposit paid, ${name}` };
    yield {
      job: open("held", step, { releaseAt: "2026-11-09T08:00:00.000Z" }),
      state: `held, ${name}`,
    };
    yield { job: open("disputed", step), state: `disputed, ${name}` };
    yield { job: open("disputed", step, due), state: `disputed about the balance, ${name}` };
  }
  yield { job: open("held", { ...started, changes }), state: "held, sent back" };
  for (const reviewed of [false, true])
    yield { job: open("released", { status: "completed", reviewed }), state: `released, ${reviewed}` };
  yield { job: open("refunded", { status: "cancelled" }), state: "refunded" };
  yield { job: open("cancelled", { status: "cancelled" }), state: "deposit never paid" };
}

function* escrowsOf(one: Job): Generator<Escrow> {
  const status = one.escrow?.status as Escrow["status"];
  const base = {
    status,
    dispute: status === "disputed" ? dispute() : null,
  };
  const refunds = ["released", "refunded"].includes(status)
    ? [null, "pending", "sent", "paid", "needs_account", "needs_admin", "charged_back"]
    : [null];
  const payouts = status === "released" ? [null, "pending", "sent", "paid"] : [null];
  const chargebacks = status === "pending" || status === "cancelled" ? [null] : [null, "open", "won", "lost"];
  for (const refundStatus of refunds)
    for (const payoutStatus of payouts)
      for (const chargeback of chargebacks)
        yield escrow({
          ...base,
          refundStatus,
          payoutStatus,
          chargeback: chargeback ? { status: chargeback, dueAt: null } : null,
        });
}

function detail(one: Escrow): string {
  return `refund ${one.refundStatus}, payout ${one.payoutStatus}, chargeback ${one.chargeback?.status}`;
}

const ALL = [...states()];

describe("the table of what each side sees", () => {
  it.each(ALL)("given $state, when the $side looks, then there is a row with a whole sentence", (one) => {
    const stage = stageOf(one.job, one.side, NOW, one.escrow);
    expect(TABLE[stage][one.side], stage).toBeDefined();
    const deal = dealOf({ ...one, now: NOW });
    for (const text of [
      deal.sentence,
      deal.name.text,
      deal.deadline ?? "",
      ...[deal.main, ...deal.others].map((doing) => doing?.label ?? ""),
    ])
      expect(text).not.toMatch(/[{}]|^deal\./);
    for (const doing of [deal.main, ...deal.others])
      if (doing?.href) expect(isPage(doing.href), doing.href).toBe(true);
  });

  it("given all states, when their rows are counted, then each row of the table can be reached", () => {
    const reached = new Set(ALL.map((one) => `${stageOf(one.job, one.side, NOW, one.escrow)} ${one.side}`));
    const rows = STAGES.flatMap((stage) => Object.keys(TABLE[stage]).map((side) => `${stage} ${side}`));
    expect([...reached].sort()).toEqual(rows.sort());
  });

  it("given each row, when its words are looked up, then they exist in both languages", () => {
    const words = [english, zulu].map((one) => new Set(Object.keys(one)));
    const used = [
      ...STAGES.flatMap((stage) => [
        NAMES[stage].word,
        ...Object.values(TABLE[stage]).flatMap((row) => [
          row.sentence,
          ...(row.deadline ? [row.deadline.word] : []),
        ]),
      ]),
      ...Object.values(ACTS).map((act) => act.word),
    ];
    for (const one of words) expect(used.filter((word) => !one.has(word))).toEqual([]);
  });

  it("given each act, when it is looked up, then its page or its route of the API exists", () => {
    for (const [act, row] of Object.entries(ACTS)) {
      const page = pageOf(act as Act, "01X");
      if (page) expect(isPage(page), page).toBe(true);
      else if ("route" in row) expect(api.paths[row.route.path]?.[row.route.method], act).toBeDefined();
      else expect(act).toBe("share"); // done by the phone itself
    }
  });

  it("given what the API counts as to do, when it is shown, then each has a button", () => {
    for (const action of TO_DO) {
      const doing = doingOf({
        kind: "buyer",
        action: action as Schemas["ActionView"]["action"],
        jobId: "01JOB",
        listingId: null,
        title: "Fix the roof",
        dueAt: null,
        amountCents: 31500,
      });
      expect(doing.label).not.toMatch(/[{}]/);
      expect(doing.href === null).toBe(action === "start");
    }
  });
});

describe("the main act is what the API counts as to do", () => {
  const cases: [string, Side, Partial<Job>, Act | undefined][] = [
    ["bids wait", "buyer", { status: "open", workerId: null, bidCount: 2 }, "choose_bid"],
    ["no bid", "buyer", { status: "open", workerId: null, bidCount: 0 }, "share"],
    ["deposit due", "buyer", escrowed("pending", { dueNowCents: 31500 }), "pay"],
    ["deposit due", "worker", escrowed("pending", { dueNowCents: 31500 }), undefined],
    ["deposit paid", "worker", escrowed("deposit_paid"), "start"],
    ["deposit paid", "buyer", escrowed("deposit_paid", { dueNowCents: 73500 }), undefined],
    ["started", "worker", { ...escrowed("held"), startedAt: "2026-11-03T08:00:00.000Z" }, "hand_in"],
    ["agreed in cash", "worker", {}, "hand_in"],
    [
      "sent back",
      "worker",
      { changes: [{ reason: "Loose.", at: "2026-11-05T08:00:00.000Z" }] },
      "hand_in_again",
    ],
    [
      "submitted, balance open",
      "buyer",
      { ...escrowed("deposit_paid", { dueNowCents: 73500 }), submission: SUBMISSION },
      "pay",
    ],
    ["submitted, held", "buyer", { ...escrowed("held"), submission: SUBMISSION }, "check_work"],
    ["submitted in cash", "buyer", { submission: SUBMISSION }, "check_work"],
    ["submitted", "worker", { ...escrowed("held"), submission: SUBMISSION }, undefined],
    ["disputed", "buyer", escrowed("disputed"), "add_evidence"],
    ["disputed", "worker", escrowed("disputed"), "add_evidence"],
    ["disputed about the balance", "buyer", escrowed("disputed", { dueNowCents: 73500 }), "pay"],
    ["completed", "worker", { status: "completed" }, "review"],
    ["completed", "buyer", { status: "completed" }, "review"],
    ["reviewed", "buyer", { status: "completed", reviewed: true }, undefined],
  ];
  it.each(cases)("given %s, when the %s looks, then it is the main act", (_state, side, some, act) => {
    expect(dealOf({ job: jobInProgress(some), side, now: NOW }).main?.act).toBe(act);
  });
});

describe("amounts, moments and what the escrow adds", () => {
  it("given a deposit that is due, when the buyer looks, then the button and the deadline say how much and until when", () => {
    const due = escrowed("pending", { dueNowCents: 31500, dueAt: "2026-11-08T12:00:00.000Z" });
    const deal = dealOf({ job: jobInProgress(due), side: "buyer", now: NOW });
    expect(deal.main?.label).toBe("Pay R315");
    expect(deal.deadline).toMatch(/^Pay by Sunday 8 November( 2026)?, 14:00\.$/);
  });

  it("given an open chargeback, when a side looks, then it can add evidence, and nobody can cancel", () => {
    const ready = jobInProgress(escrowed("held"));
    const deal = dealOf({
      job: ready,
      side: "worker",
      now: NOW,
      escrow: escrow({ chargeback: { status: "open", dueAt: null } }),
    });
    const acts = deal.others.map((one) => one.act);
    expect(acts).toContain("add_evidence");
    expect(acts).not.toContain("cancel");
  });

  it.each([
    ["buyer", "a cash job", {}],
    ["worker", "a cash job", {}],
    ["buyer", "work that is paid for", escrowed("deposit_paid")],
    ["worker", "work that is paid for", escrowed("deposit_paid")],
    ["buyer", "work that was started", { ...escrowed("held"), startedAt: "2026-11-03T08:00:00.000Z" }],
  ] as const)("given the %s of %s, then the agreed day is the deadline", (side, _what, some) => {
    const job = jobInProgress({ ...some, handInBy: "2026-11-09T08:00:00.000Z" });
    expect(dealOf({ job, side, now: NOW }).deadline).toMatch(/^Agreed: done by Monday 9 November( 2026)?\.$/);
  });
});

function escrowed(status: string, some: Partial<Schemas["EscrowSummaryView"]> = {}): Partial<Job> {
  return { payment: "escrow", escrow: summary({ status, ...some }) };
}

function isPage(address: string): boolean {
  const path = address.split("#")[0] ?? "";
  return ROUTES.filter((route) => route.path !== "*").some((route) =>
    new RegExp(`^${route.path.replace(/:\w+/g, "[^/]+")}$`).test(path),
  );
}
