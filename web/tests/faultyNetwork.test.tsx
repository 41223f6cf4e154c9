/** Each write under each fault of network and service: it takes effect once, and the page says what is true. */
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { database } from "../src/offline/database";
import { outbox, sendWaiting } from "../src/offline/outbox";
import Bids from "../src/screens/buyer/Bids";
import CheckWork from "../src/screens/buyer/CheckWork";
import EditJob from "../src/screens/buyer/EditJob";
import Pay from "../src/screens/buyer/Pay";
import PostJob from "../src/screens/buyer/PostJob";
import { EMPTY_POSTING } from "../src/screens/buyer/posting";
import Cancel from "../src/screens/deals/Cancel";
import Dispute from "../src/screens/deals/Dispute";
import JobRoom from "../src/screens/deals/JobRoom";
import WriteReview from "../src/screens/deals/WriteReview";
import EditProfile from "../src/screens/me/EditProfile";
import Inbox from "../src/screens/me/Inbox";
import NewStory from "../src/screens/me/NewStory";
import OwnEnquiries from "../src/screens/me/OwnEnquiries";
import Reminders from "../src/screens/me/Reminders";
import Report from "../src/screens/me/Report";
import Withdraw from "../src/screens/money/Withdraw";
import MaterialPage from "../src/screens/public/MaterialPage";
import StoryPage from "../src/screens/public/StoryPage";
import EditMaterial from "../src/screens/seller/EditMaterial";
import NewMaterial from "../src/screens/seller/NewMaterial";
import OwnMaterials from "../src/screens/seller/OwnMaterials";
import HandIn from "../src/screens/worker/HandIn";
import OwnBids from "../src/screens/worker/OwnBids";
import PlaceBid from "../src/screens/worker/PlaceBid";
import { signInAs } from "./api";
import { emptyDevice } from "./device";
import { FAULTS, faultyServer } from "./faultyServer";
import { LISTING as MATERIAL, STORY } from "./publicSamples";
import { escrow, job, jobInProgress, SUBMISSION, summary } from "./samples";
import { close, sees, show, submitForm, tap, type } from "./screen";

const ME = "u1";
const NOTHING = { items: [], nextCursor: null };
const BUYER = { buyerId: ME };
const WORKER = { workerId: ME };
const KHAYA = { payment: "escrow" as const };
const LATER = "2099-12-05T12:00:00.000Z";
const CONFIG = {
  amounts: {
    budgetMinCents: 100,
    budgetMaxCents: 100_000_000,
    bidMinCents: 1000,
    bidMaxCents: 100_000_000,
    escrowMinCents: 20_000,
    escrowMaxCents: 5_000_000,
    withdrawalMinCents: 10_000,
  },
  escrow: { feePercent: 5 },
  limits: { changes: 3 },
  provider: { hosts: ["pay.example"] },
  oldestClient: 0,
} as unknown as Schemas["ConfigurationView"];
const OWN_LISTING = { ...MATERIAL, id: "l1", sellerId: ME, stock: 10, status: "active", moderation: null };
const PROFILE = {
  userId: ME,
  displayName: "Sipho",
  bio: null,
  trades: [],
  location: null,
  yearsExperience: null,
  availability: "available",
  roles: ["worker"],
};
const NOTICE = {
  id: "n1",
  kind: "bid_received",
  title: "A new bid",
  text: "Look at it.",
  read: false,
  updatedAt: "2026-11-01T08:00:00Z",
  createdAt: "2026-11-01T08:00:00Z",
  data: {},
  jobId: "01JOB",
};
const ENQUIRY = {
  id: "q1",
  listingId: "l1",
  listingTitle: "Cement",
  sellerId: ME,
  sellerName: "Sipho",
  buyerId: "u2",
  buyerName: "Thandi",
  contact: { displayName: "Thandi", phone: "+27821234567" },
  text: "Do you deliver?",
  quantity: null,
  status: "open",
  answer: null,
  closedAt: null,
  createdAt: "2026-11-01T08:00:00Z",
};
const BID = {
  id: "01BID",
  jobId: "01JOB",
  jobTitle: "Fix the roof",
  workerId: "01WORKER",
  workerName: "Sipho",
  amountCents: 100_000,
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
  quote: null,
};

interface Write {
  /** The request, as "POST /jobs". */
  write: string;
  reads: Record<string, unknown>;
  answer: unknown;
  /** Opens the screen and fills it in. */
  fill: () => Promise<void>;
  /** The last tap. */
  send: () => Promise<void>;
  /** What the page says when it is done. */
  done?: string;
}

function dialogButton(): Promise<void> {
  return act(() => document.querySelector<HTMLElement>("dialog button")?.click());
}

const QUEUED: Record<string, Write> = {
  job: {
    write: "POST /jobs",
    reads: { "GET /config": CONFIG },
    answer: job({ title: "Fix the roof" }),
    async fill() {
      await (await database("private")).put("drafts", {
        key: "job",
        value: {
          ...EMPTY_POSTING,
          category: "roofing",
          title: "Fix the roof",
          description: "Two sheets are loose and it rains in.",
          location: "Umlazi",
          budgetCents: "450",
        },
        idempotencyKey: "key-of-the-draft",
        path: "/post/check",
        updatedAt: Date.now(),
      });
      show(<PostJob step="check" />, "/post/check");
    },
    send: () => tap("Post the job"),
    done: "Your job is posted",
  },
  "change of a job": {
    write: "PATCH /jobs/01JOB",
    reads: { "GET /jobs/01JOB": job(BUYER), "GET /config": CONFIG, "GET /places": NOTHING },
    answer: job(BUYER),
    async fill() {
      show(<EditJob id="01JOB" />, "/deals/01JOB/edit");
      await type("budgetCents", "1 300");
    },
    send: submitForm,
    done: "The job is changed",
  },
  bid: {
    write: "POST /jobs/01JOB/bids",
    reads: { "GET /jobs/01JOB": job(), "GET /config": CONFIG, "GET /jobs/01JOB/bids": NOTHING },
    answer: { ...BID, payoutAccountNeeded: false },
    async fill() {
      show(<PlaceBid id="01JOB" />, "/jobs/01JOB/bid");
      await type("amountCents", "1 000");
      await tap("3 days");
      await type("proposal", "I fix both sheets with new screws.");
    },
    send: () => tap("Send bid"),
    done: "Your bid is sent",
  },
  submission: {
    write: "POST /jobs/01JOB/submission",
    reads: { "GET /jobs/01JOB": jobInProgress(WORKER) },
    answer: jobInProgress({ ...WORKER, submission: SUBMISSION }),
    async fill() {
      show(<HandIn id="01JOB" />, "/deals/01JOB/submit");
      await type("note", "Both sheets are fixed.");
    },
    send: submitForm,
    done: "Your work is handed in",
  },
  review: {
    write: "POST /jobs/01JOB/reviews",
    reads: { "GET /jobs/01JOB": jobInProgress({ ...BUYER, status: "completed" }) },
    answer: { id: "r1" },
    async fill() {
      show(<WriteReview id="01JOB" />, "/deals/01JOB/review");
      await tap("5 stars: very good");
    },
    send: () => tap("Send review"),
    done: "Your review is published",
  },
  "answer to an enquiry": {
    write: "POST /enquiries/q1/answer",
    reads: { "GET /enquiries/mine": { items: [ENQUIRY], nextCursor: null } },
    answer: { ...ENQUIRY, status: "answered" },
    async fill() {
      show(<OwnEnquiries />, "/me/enquiries?as=seller");
      await type("text-q1", "Yes, on Friday.");
    },
    send: () => tap("Send answer"),
    done: "Your answer is sent.",
  },
  enquiry: {
    write: "POST /listings/l1/enquiries",
    reads: { "GET /listings/l1": { ...MATERIAL, id: "l1" }, "GET /profiles/s1": PROFILE },
    answer: ENQUIRY,
    async fill() {
      show(<MaterialPage id="l1" />, "/materials/l1?ask=1");
      await type("text", "Do you deliver to Umlazi?");
    },
    send: submitForm,
    done: "Your question is sent",
  },
  story: {
    write: "POST /stories",
    reads: {},
    answer: { id: "s1" },
    async fill() {
      show(<NewStory />, "/me/stories/new");
      await tap("Tip");
      await type("title", "My first job");
      await type("content", "I painted a whole house in Umlazi.");
    },
    send: submitForm,
    done: "Your story is sent",
  },
  report: {
    write: "POST /reports",
    reads: {},
    answer: { id: "p1" },
    async fill() {
      show(<Report kind="job" id="j1" />, "/report/job/j1");
      await type("reason", "They ask for money before the work.");
    },
    send: submitForm,
    done: "Thank you",
  },
  reminder: {
    write: "POST /reminders",
    reads: { "GET /reminders": NOTHING },
    answer: { id: "m1" },
    async fill() {
      show(<Reminders />, "/me/reminders");
      await type("text", "Buy paint");
      await type("dueAt", "2099-01-01T08:00");
    },
    send: submitForm,
    done: "The reminder is set",
  },
  listing: {
    write: "POST /listings",
    reads: { "GET /places": NOTHING },
    answer: OWN_LISTING,
    async fill() {
      await (await database("private")).put("drafts", {
        key: "material/new",
        value: {
          title: "Cement 50 kg",
          category: "cement",
          priceCents: "119",
          unit: "bag",
          unitOther: "",
          stock: "10",
          location: "Umlazi",
          description: "Fresh cement, never opened.",
          photos: [],
        },
        idempotencyKey: "key-of-the-listing",
        path: "/me/materials/new",
        updatedAt: Date.now(),
      });
      show(<NewMaterial />, "/me/materials/new");
    },
    send: () => tap("List for sale"),
    done: "Your materials are listed",
  },
  "change of a listing": {
    write: "PATCH /listings/l1",
    reads: { "GET /places": NOTHING, "GET /listings/l1": OWN_LISTING },
    answer: OWN_LISTING,
    async fill() {
      show(<EditMaterial id="l1" />, "/me/materials/l1");
      await type("priceCents", "121");
    },
    send: () => tap("Save"),
    done: "Your changes are saved.",
  },
  "stock change": {
    write: "POST /listings/l1/stock",
    reads: { "GET /listings/mine": { items: [OWN_LISTING], nextCursor: null } },
    answer: OWN_LISTING,
    async fill() {
      show(<OwnMaterials />, "/me/materials");
      await tap("One more");
    },
    send: () => tap("Save: 10 to 11"),
  },
  profile: {
    write: "PATCH /profiles/me",
    reads: { "GET /profiles/me": PROFILE, "GET /places": NOTHING },
    answer: PROFILE,
    async fill() {
      show(<EditProfile />, "/me/edit");
      await type("bio", "Tidy and on time.");
    },
    send: submitForm,
    done: "Your profile is saved.",
  },
  like: {
    write: "PUT /stories/s1/like",
    reads: { "GET /stories/s1": { ...STORY, id: "s1", liked: false } },
    answer: { liked: true, likes: 1 },
    async fill() {
      show(<StoryPage id="s1" />, "/stories/s1");
    },
    send: () => tap("Like"),
  },
  "read mark": {
    write: "POST /notifications/n1/read",
    reads: { "GET /notifications": { items: [NOTICE], nextCursor: null, unreadCount: 1 } },
    answer: NOTICE,
    async fill() {
      show(<Inbox />, "/inbox");
    },
    send: () => tap("New:A new bid"),
  },
};

const paid = { status: "deposit_paid" as const };
const submitted = jobInProgress({
  ...BUYER,
  ...KHAYA,
  startedAt: "2026-11-03T08:00:00.000Z",
  submission: SUBMISSION,
  escrow: summary({ releaseAt: LATER }),
});

const AT_ONCE: Record<string, Write> = {
  acceptance: {
    write: "POST /bids/01BID/acceptance",
    reads: {
      "GET /jobs/01JOB": job({ ...BUYER, bidCount: 1 }),
      "GET /jobs/01JOB/bids": { items: [BID], nextCursor: null },
      "GET /config": CONFIG,
    },
    answer: { job: job(BUYER), bid: BID },
    async fill() {
      show(<Bids id="01JOB" />, "/deals/01JOB/bids");
      await tap("Choose Sipho");
      await sees("Give the job to Sipho?");
    },
    send: dialogButton,
  },
  rejection: {
    write: "POST /bids/01BID/rejection",
    reads: {
      "GET /jobs/01JOB": job({ ...BUYER, bidCount: 1 }),
      "GET /jobs/01JOB/bids": { items: [BID], nextCursor: null },
      "GET /config": CONFIG,
    },
    answer: { ...BID, status: "rejected" },
    async fill() {
      show(<Bids id="01JOB" />, "/deals/01JOB/bids");
      await tap("Say no");
      await sees("Say no to Sipho?");
    },
    send: () => act(() => document.querySelector<HTMLElement>("dialog .danger")?.click()),
    done: "You said no to Sipho.",
  },
  start: {
    write: "POST /jobs/01JOB/start",
    reads: {
      "GET /me/actions": NOTHING,
      "GET /jobs/01JOB": jobInProgress({ ...WORKER, ...KHAYA, escrow: summary(paid) }),
      "GET /jobs/01JOB/escrow": escrow(paid),
    },
    answer: jobInProgress(WORKER),
    async fill() {
      show(<JobRoom id="01JOB" />, "/deals/01JOB");
    },
    send: () => tap("Start the work"),
    done: "The work has started.",
  },
  completion: {
    write: "POST /jobs/01JOB/completion",
    reads: { "GET /jobs/01JOB": submitted, "GET /jobs/01JOB/escrow": escrow(), "GET /config": CONFIG },
    answer: submitted,
    async fill() {
      show(<CheckWork id="01JOB" />, "/deals/01JOB/check");
      await tap("The work is good");
      await sees("Release R950 to Sipho");
    },
    send: dialogButton,
  },
  "sending back": {
    write: "POST /jobs/01JOB/changes",
    reads: { "GET /jobs/01JOB": submitted, "GET /jobs/01JOB/escrow": escrow(), "GET /config": CONFIG },
    answer: submitted,
    async fill() {
      show(<CheckWork id="01JOB" />, "/deals/01JOB/check");
      await tap("Send it back (1 of 3)");
      await type("reason", "One sheet is still loose.");
    },
    send: submitForm,
    done: "The work is back with Sipho.",
  },
  cancellation: {
    write: "POST /jobs/01JOB/cancellation",
    reads: { "GET /jobs/01JOB": job(BUYER) },
    answer: job({ ...BUYER, status: "cancelled" }),
    async fill() {
      show(<Cancel id="01JOB" />, "/deals/01JOB/cancel");
      await type("reason", "My brother does it.");
    },
    send: submitForm,
    done: "The job is cancelled",
  },
  checkout: {
    write: "POST /jobs/01JOB/escrow/checkouts",
    reads: {
      "GET /jobs/01JOB": jobInProgress({
        ...BUYER,
        ...KHAYA,
        escrow: summary({ status: "pending", dueNowCents: 31_500, dueAt: LATER }),
      }),
      "GET /jobs/01JOB/escrow": escrow({ status: "pending", paidCents: 0, heldCents: 0 }),
      "GET /config": CONFIG,
    },
    answer: { checkoutUrl: "https://pay.example/c/1", part: "deposit" },
    async fill() {
      show(<Pay id="01JOB" />, "/deals/01JOB/pay");
    },
    send: () => tap("Pay R315"),
  },
  dispute: {
    write: "POST /jobs/01JOB/escrow/dispute",
    reads: {
      "GET /jobs/01JOB": jobInProgress({
        ...BUYER,
        ...KHAYA,
        startedAt: "2026-11-03T08:00:00.000Z",
        escrow: summary(),
      }),
      "GET /jobs/01JOB/escrow": escrow(),
    },
    answer: escrow({ status: "disputed" }),
    async fill() {
      show(<Dispute id="01JOB" />, "/deals/01JOB/dispute");
      await type("reason", "The paint peels off already.");
    },
    send: submitForm,
  },
  "withdrawal of a bid": {
    write: "POST /bids/01BID/withdrawal",
    reads: { "GET /bids/mine": { items: [BID], nextCursor: null } },
    answer: { ...BID, status: "withdrawn" },
    async fill() {
      show(<OwnBids />, "/me/bids");
      await tap("Withdraw bid");
      await sees("Withdraw this bid?");
    },
    send: () => act(() => document.querySelector<HTMLElement>("dialog .danger")?.click()),
    done: "Your bid is withdrawn.",
  },
  "withdrawal of money": {
    write: "POST /credits/withdrawals",
    reads: {
      "GET /credits/balance": { balanceCents: 30_000, withdrawableCents: 25_000, pendingWithdrawalCents: 0 },
      "GET /config": CONFIG,
      "GET /payouts/account": {
        bankCode: "632005",
        bankName: "Absa",
        accountName: "S Dube",
        accountNumberMasked: "******5678",
        verified: true,
        problem: null,
        usableFrom: "2026-01-01T00:00:00Z",
      },
    },
    answer: { id: "e1", amountCents: -20_000 },
    async fill() {
      show(<Withdraw />, "/me/credits/withdraw");
      await type("amountCents", "200");
    },
    send: () => tap("Withdraw money"),
    done: "R200 is on its way",
  },
};

const SAID = {
  off: "No answer from Khaya.",
  slow: "",
  "429": "You can try again in 2 seconds",
  "503": "Khaya is busy. Nothing was lost.",
  "lost answer": "No answer from Khaya.",
};

let minutes = 0;

beforeEach(async () => {
  minutes += 20; // the writes of one test do not count in the minute of the next
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * 60_000 });
  vi.spyOn(location, "assign").mockImplementation(() => undefined);
  signInAs(["buyer", "worker", "seller"]);
  await emptyDevice();
});

afterEach(() => {
  close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The fault ends, and time goes on until everything that waits is due. */
async function laterWithNetwork(): Promise<void> {
  vi.setSystemTime(Date.now() + 6 * 60_000);
  await act(() => sendWaiting());
}

async function nothingWaits(): Promise<void> {
  await vi.waitFor(() => expect(outbox.value).toEqual([]));
  expect(await (await database("private")).getAll("outbox")).toEqual([]);
  expect(await (await database("private")).getAll("drafts")).toEqual([]);
}

for (const [name, one] of Object.entries(QUEUED))
  describe(`a write that is queued: ${name}`, () => {
    it.each(FAULTS)(
      "given %s, when it is sent, then it waits, is told, and takes effect once",
      async (fault) => {
        // given
        const server = faultyServer(one.write, one.reads, one.answer, fault);
        await one.fill();
        // when
        await one.send();
        // then
        if (fault !== "slow") {
          await vi.waitFor(() =>
            expect(outbox.value.map((item) => [item.state, item.tries])).toEqual([["waiting", 1]]),
          );
          if (one.done) await sees("Kept on this phone.");
          expect(server.effects()).toBe(fault === "lost answer" ? 1 : 0);
          server.fault = "none";
          await laterWithNetwork();
        }
        await vi.waitFor(() => expect(server.effects()).toBe(1));
        if (one.done) await sees(one.done);
        await nothingWaits();
      },
    );
  });

for (const [name, one] of Object.entries(AT_ONCE))
  describe(`a write that is never queued: ${name}`, () => {
    it.each(FAULTS)(
      "given %s, when it is sent, then it is told, and the next tap makes it once",
      async (fault) => {
        // given
        const server = faultyServer(one.write, one.reads, one.answer, fault);
        await one.fill();
        // when
        await one.send();
        // then
        if (fault !== "slow") {
          await sees(SAID[fault]);
          expect(outbox.value).toEqual([]);
          server.fault = "none";
          await laterWithNetwork();
          expect(server.tries()).toBe(1); // nothing goes out by itself
          await one.send();
        }
        await vi.waitFor(() => expect(server.effects()).toBe(1));
        if (one.done) await sees(one.done);
        expect(outbox.value).toEqual([]);
      },
    );
  });
