import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { isIdentityNumber, readAccount } from "../src/forms/bankAccount";
import { errorsLeft } from "../src/forms/errors";
import { database } from "../src/offline/database";
import { outbox } from "../src/offline/outbox";
import Earnings from "../src/screens/worker/Earnings";
import HandIn from "../src/screens/worker/HandIn";
import OwnBids from "../src/screens/worker/OwnBids";
import { boundsOf, readOffer, received } from "../src/screens/worker/offer";
import PayoutAccount from "../src/screens/worker/PayoutAccount";
import PlaceBid from "../src/screens/worker/PlaceBid";
import { EMPTY_PROOF, readProof } from "../src/screens/worker/ProofForm";
import { payoutLabel } from "../src/screens/worker/payoutWords";
import { blockOf, nextOf } from "../src/screens/worker/submission";
import { t } from "../src/words/words";
import { answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { linkTo, sees, show, tap, type, words } from "./screen";

const CONFIG = {
  amounts: { bidMinCents: 1000, bidMaxCents: 100_000_000, escrowMinCents: 20_000, escrowMaxCents: 5_000_000 },
  escrow: { feePercent: 5 },
} as Schemas["ConfigurationView"];
const JOB = {
  id: "j1",
  buyerId: "b1",
  title: "Paint two rooms",
  budgetCents: 120_000,
  status: "open",
  payment: "escrow",
};
const PROPOSAL = "I paint both rooms with two coats.";
const NO_BIDS = { items: [], nextCursor: null };
const BID_ROUTES = { "GET /jobs/j1": JOB, "GET /config": CONFIG, "GET /jobs/j1/bids": NO_BIDS };

beforeEach(async () => {
  signInAs(["worker"]);
  await emptyDevice();
});

async function fillBid(amount = "1 000"): Promise<void> {
  await type("amountCents", amount);
  await tap("3 days");
  await type("proposal", PROPOSAL);
}

describe("what a worker receives", () => {
  it.each([
    [100_000, 5, 95_000],
    [20_010, 5, 19_009],
    [10_050, 3, 9_748],
    [99, 0, 99],
  ])("given %i cents and a fee of %i percent, when it is shown, then it is %i cents", (cents, fee, left) => {
    expect(received(cents, fee)).toBe(left);
  });

  it("given a job that is paid through Khaya, when the bounds are read, then they are the narrower ones", () => {
    expect(boundsOf(CONFIG, "escrow")).toEqual({ least: 20_000, most: 5_000_000 });
    expect(boundsOf(CONFIG, "cash")).toEqual({ least: 1000, most: 100_000_000 });
    expect(boundsOf(undefined, "cash")).toBeNull();
  });

  it.each([
    [{ amountCents: "1,234" }, "amountCents"],
    [{ amountCents: "199.99" }, "amountCents"],
    [{ timelineDays: "0" }, "timelineDays"],
    [{ timelineDays: "366" }, "timelineDays"],
    [{ timelineDays: "2.5" }, "timelineDays"],
    [{ proposal: "Too short" }, "proposal"],
    [{ proposal: "x".repeat(2001) }, "proposal"],
  ])("given the bid %o, when it is read, then %s is named", (wrong, field) => {
    const values = { amountCents: "1000", timelineDays: "3", proposal: PROPOSAL, ...wrong };
    expect(Object.keys(readOffer(values, boundsOf(CONFIG, "escrow")).errors ?? {})).toEqual([field]);
  });
});

describe("placing a bid", () => {
  it("given a job paid through Khaya, when a bid is sent, then what is received was shown and an account is asked for", async () => {
    const asked = answers({ ...BID_ROUTES, "POST /jobs/j1/bids": { id: "x", payoutAccountNeeded: true } });
    show(<PlaceBid id="j1" />);
    await fillBid();
    await sees("You receive R950 of R1 000.");
    await tap("Send bid");
    await sees("Your bid is sent");
    expect(linkTo("Give my bank account")).toBe("/me/payout-account");
    const sent = asked.find((one) => one.method === "POST");
    expect(sent?.body).toEqual({ amountCents: 100_000, timelineDays: 3, proposal: PROPOSAL });
    expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
  });

  it("given none of the usual numbers of days, when another number is wanted, then its field opens and is sent", async () => {
    const asked = answers({ ...BID_ROUTES, "POST /jobs/j1/bids": { id: "x", payoutAccountNeeded: false } });
    show(<PlaceBid id="j1" />);
    await fillBid();
    expect(words()).not.toContain("Number of days");
    await tap("Another number");
    await sees("Number of days");
    await type("timelineDays", "1");
    await type("timelineDays", "12");
    await tap("Send bid");
    await sees("Your bid is sent");
    expect(asked.find((one) => one.method === "POST")?.body).toMatchObject({ timelineDays: 12 });
  });

  it("given a bid with errors, when its fields are filled one by one, then each error goes and the rest stay", async () => {
    answers(BID_ROUTES);
    show(<PlaceBid id="j1" />);
    await tap("Send bid");
    await sees("Choose how long");
    await sees("Write at least 20 characters");
    await tap("3 days");
    await vi.waitFor(() => expect(words()).not.toContain("Choose how long"));
    expect(words()).toContain("Write at least 20 characters");
    document.getElementById("proposal")?.focus();
    await type("proposal", "I");
    await vi.waitFor(() => expect(words()).not.toContain("Write at least 20 characters"));
    expect(words()).toContain("Write an amount");
    expect(document.activeElement?.id).toBe("proposal");
    await tap("Send bid");
    await sees("Write at least 20 characters");
  });

  it("given no network, when a bid is sent, then it waits in the outbox, and once it is refused its form has it again", async () => {
    answers({ ...BID_ROUTES, "POST /jobs/j1/bids": noNetwork });
    show(<PlaceBid id="j1" />);
    await fillBid();
    await tap("Send bid");
    await sees("Kept on this phone");
    const [item] = outbox.value;
    expect(item?.body).toMatchObject({ amountCents: 100_000 });
    outbox.value = outbox.value.map((one) => ({
      ...one,
      state: "needs_you" as const,
      failure: {
        status: 422,
        code: "invalid_fields",
        detail: "",
        errors: [{ field: "proposal", code: "x", message: "Not this" }],
      },
    }));
    await sees("Not this");
    expect((document.getElementById("proposal") as HTMLTextAreaElement).value).toBe(PROPOSAL);
    await vi.waitFor(() => expect(outbox.value).toEqual([]));
  });

  it.each([
    [{ status: "in_progress" }, "This job was given to somebody else. Your bid was not sent."],
    [{ status: "cancelled" }, "The buyer cancelled this job. Your bid was not sent."],
    [{ status: "expired" }, "This job ended without a worker. Your bid was not sent."],
  ])(
    "given a job that is now %o, when a bid is sent, then the worker is told so and offered other jobs",
    async (params, text) => {
      answers({ ...BID_ROUTES, "POST /jobs/j1/bids": problem(409, "job_status", { params }) });
      show(<PlaceBid id="j1" />);
      await fillBid();
      await tap("Send bid");
      await sees(text);
      expect(linkTo("Find jobs")).toBe("/jobs");
    },
  );

  it("given a bid that is there already, when the page is opened, then it is shown in the place of the form", async () => {
    const items = [{ id: "x", status: "pending", amountCents: 90_000 }];
    answers({ ...BID_ROUTES, "GET /jobs/j1/bids": { items, nextCursor: null } });
    show(<PlaceBid id="j1" />);
    await sees("You have a bid of R900 on this job.");
    expect(document.querySelector("form")).toBeNull();
  });
});

describe("own bids", () => {
  const bid = (more: object) => ({
    id: "x",
    jobId: "j1",
    jobTitle: "Paint two rooms",
    amountCents: 90_000,
    timelineDays: 2,
    status: "pending",
    rejectionReason: null,
    jobStatus: "open",
    createdAt: "2026-11-01T08:00:00Z",
    ...more,
  });

  it("given a bid that lost, when the list is read, then the reason is there in words", async () => {
    const lost = bid({ status: "rejected", rejectionReason: "other_bid_accepted", jobStatus: "in_progress" });
    answers({ "GET /bids/mine": { items: [lost], nextCursor: null } });
    show(<OwnBids />, "/me/bids");
    await sees("The buyer chose another bid.");
    expect(words()).not.toContain("Withdraw bid");
  });

  it("given a waiting bid, when it is withdrawn, then the question is asked first", async () => {
    const asked = answers({
      "GET /bids/mine": { items: [bid({})], nextCursor: null },
      "POST /bids/x/withdrawal": bid({}),
    });
    show(<OwnBids />, "/me/bids");
    await tap("Withdraw bid");
    await sees("Withdraw this bid?");
    expect(asked.some((one) => one.method === "POST")).toBe(false);
    document.querySelector<HTMLElement>("dialog .danger")?.click();
    await sees("Your bid is withdrawn.");
  });
});

describe("handing in work", () => {
  const job = (more: object) => ({
    ...JOB,
    status: "in_progress",
    workerId: "u1",
    submission: null,
    changes: [],
    escrow: { status: "held" },
    ...more,
  });

  it.each([
    [job({}), null],
    [job({ status: "completed" }), "closed"],
    [job({ submission: { note: null } }), "handed_in"],
    [job({ escrow: { status: "pending" } }), "not_paid"],
    [job({ escrow: { status: "disputed" } }), "problem"],
    [job({ workerId: null }), "not_yours"],
    [job({ payment: "cash", escrow: null }), null],
  ] as const)("given %o, when it is asked whether it can be handed in, then %s stops it", (one, block) => {
    expect(blockOf(one as unknown as Schemas["PartyJobView"])).toBe(block);
  });

  it("given a job whose money Khaya keeps, when work without a photo is handed in, then one is asked for", async () => {
    const asked = answers({ "GET /jobs/j1": job({}) });
    show(<HandIn id="j1" />);
    await tap("Hand in work");
    await sees("Add one photo at least.");
    expect(asked.some((one) => one.method === "POST")).toBe(false);
  });

  it("given the error of a missing photo, when a photo is there, then the error is gone", () => {
    const own = readProof(EMPTY_PROOF, true);
    expect(errorsLeft(own, undefined, EMPTY_PROOF)).toEqual({ photos: own.photos });
    expect(errorsLeft(own, undefined, { ...EMPTY_PROOF, photos: ["p1"] })).toEqual({});
    expect(errorsLeft(own, undefined, EMPTY_PROOF)).toEqual({}); // until it is sent again
  });

  it.each([
    [job({}), "All is paid. The buyer checks your work, then Khaya pays you."],
    [
      job({ escrow: { status: "deposit_paid" } }),
      "The buyer checks it and pays what is still open. Then Khaya pays you.",
    ],
    [job({ payment: "cash", escrow: null }), "The buyer checks it and pays you in cash."],
    [undefined, "This work is handed in. The buyer checks it."],
  ])("given %o, when its work is handed in, then what comes next is true of it: %s", (one, next) => {
    expect(t(nextOf(one as unknown as Schemas["PartyJobView"] | undefined))).toBe(next);
  });

  it("given no network and no copy of the job, when work is handed in, then it waits", async () => {
    answers({ "GET /jobs/j1": noNetwork, "POST /jobs/j1/submission": noNetwork });
    show(<HandIn id="j1" />);
    await type("note", "All done");
    await tap("Hand in work");
    await sees("Kept on this phone");
    expect(outbox.value[0]?.body).toEqual({ note: "All done" });
  });

  it("given a job that was closed meanwhile, when the photos come back, then they are offered as evidence", async () => {
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:p1");
    await (await database("private")).put("pictures", {
      id: "p1",
      blob: new Blob(["x"]),
      width: 1,
      height: 1,
      createdAt: 0,
    });
    answers({ "GET /jobs/j1": job({ status: "cancelled" }) });
    outbox.value = [
      {
        id: "k",
        idempotencyKey: "k",
        kind: "submission",
        title: "",
        method: "POST",
        path: "/jobs/j1/submission",
        body: { note: "All done" },
        pictures: { ids: ["p1"], purpose: "submission", field: "photos" },
        state: "needs_you",
        failure: { status: 409, code: "job_status", detail: "", errors: [], params: { status: "cancelled" } },
        createdAt: 0,
        tries: 1,
        nextTryAt: 0,
      },
    ];
    show(<HandIn id="j1" />);
    await sees("The job was closed meanwhile.");
    await sees("All done");
    expect(linkTo("Show the photos as evidence")).toBe("/deals/j1/dispute?photos=p1");
    expect(await (await database("private")).get("pictures", "p1")).toBeTruthy();
  });
});

describe("earnings", () => {
  it("given a payout that waits for an account, when the list is read, then it says why and where to give one", async () => {
    const earning = {
      id: "job-j1",
      jobId: "j1",
      jobTitle: "Paint two rooms",
      amountCents: 100_000,
      feeCents: 5_000,
      payoutCents: 95_000,
      payoutStatus: "pending",
      payoutReason: "no_account",
      expectedOn: null,
      paidAt: null,
      at: "2026-11-01T08:00:00Z",
    };
    answers({ "GET /earnings/mine": { items: [earning], nextCursor: null } });
    show(<Earnings />);
    await sees("We do not know your bank account yet.");
    expect(words()).toMatch(/You will receive\s*R950/);
    expect(words()).not.toContain("Paid out");
    expect(linkTo("Give my bank account")).toBe("/me/payout-account");
    expect(words()).toContain("Download the invoice of the fee");
  });

  it("given a problem that an admin decided, when the pay is listed, then it says so and what went back", async () => {
    const earning = {
      id: "job-j1",
      jobId: "j1",
      jobTitle: "Paint two rooms",
      payoutReason: null,
      paidAt: null,
    };
    const amounts = { amountCents: 42_500, feeCents: 2_500, payoutCents: 40_000, refundedCents: 60_000 };
    const state = { payoutStatus: "sent", expectedOn: null, reason: "admin", at: "2026-11-01T08:00:00Z" };
    answers({ "GET /earnings/mine": { items: [{ ...earning, ...amounts, ...state }], nextCursor: null } });
    show(<Earnings />);
    await sees("Khaya decided about a problem with this job.");
    expect(words()).toMatch(/Went back to the buyer\s*R600/);
  });

  it.each([
    ["pending", "You will receive"],
    ["sent", "You will receive"],
    ["paid", "Paid out to you"],
    ["credited", "Back in your credits"],
  ])('given a payout that is %s, when its amount is named, then it is "%s"', (status, name) => {
    expect(t(payoutLabel(status))).toBe(name);
  });
});

describe("the payout account", () => {
  it.each([
    ["8001015009087", true],
    ["8001015009088", false],
    ["8002305009080", false],
    ["800101500908", false],
    ["8001015009387", false],
  ])("given the identity number %s, when it is checked, then it holds: %s", (digits, holds) => {
    expect(isIdentityNumber(digits)).toBe(holds);
  });

  it("given numbers with blanks, when they are read, then they are digits alone", () => {
    const values = {
      bankCode: "632005",
      accountNumber: "40 1234-5678",
      accountName: " S Dube ",
      identityNumber: "800101 5009 087",
    };
    expect(readAccount(values)).toEqual({
      account: {
        bankCode: "632005",
        accountNumber: "4012345678",
        accountName: "S Dube",
        identityNumber: "8001015009087",
      },
    });
  });

  it("given no account, when one is given, then the phone keeps no number", async () => {
    const given = {
      bankCode: "632005",
      bankName: "Absa",
      accountName: "S Dube",
      accountNumberMasked: "******5678",
      verified: false,
      problem: null,
      usableFrom: "2099-01-01T00:00:00Z",
    };
    let there = false;
    const asked = answers({
      "GET /payouts/account": () => (there ? given : problem(404, "not_found")),
      "GET /payouts/banks": { items: [{ code: "632005", name: "Absa" }] },
      "PUT /payouts/account": () => {
        there = true;
        return given;
      },
    });
    show(<PayoutAccount />);
    await type("bankCode", "632005");
    await type("accountNumber", "4012345678");
    await type("accountName", "S Dube");
    await type("identityNumber", "8001015009087");
    await tap("Send account");
    await sees("******5678");
    expect(words()).toContain("Being checked");
    expect(asked.find((one) => one.method === "PUT")?.body).toMatchObject({ accountNumber: "4012345678" });
    const db = await database("private");
    const kept = JSON.stringify([
      await db.getAll("drafts"),
      await db.getAll("saved"),
      await db.getAll("outbox"),
    ]);
    expect(kept).not.toContain("4012345678");
    expect(kept).not.toContain("8001015009087");
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("4012345678");
  });
});
