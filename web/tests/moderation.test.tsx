/** What an admin reads about a report or a material that waits, and what the page says after a decision. */
import { beforeEach, describe, expect, it } from "vitest";
import Admin from "../src/screens/admin/Admin";
import { setPerson } from "../src/session/person";
import { answers } from "./api";
import { emptyDevice } from "./device";
import { job } from "./samples";
import { linkTo, open, sees, submitForm, tap, type, words } from "./screen";

const AT = "2026-11-10T08:00:00.000Z";
const REASON = "It offers work that is not allowed.";
const STORY = { id: "01S", authorId: "01W", title: "My first roof", status: "approved", version: 3 };
const REVIEW = {
  id: "01R",
  reviewerId: "01B",
  reviewerName: "Thandi",
  subjectId: "01W",
  comment: "He is a thief.",
  hidden: false,
};

beforeEach(async () => {
  setPerson({ userId: "u1", roles: ["admin"], displayName: "Ayanda" });
  await emptyDevice();
});

function report(kind: string, reportedId: string) {
  return {
    id: "01REP",
    kind,
    reportedId,
    reason: REASON,
    createdAt: AT,
    reporterId: "01X",
    resolution: null,
  };
}

describe("a report", () => {
  it.each([
    [
      "profile",
      "01W",
      "/admin/users/01W",
      { userId: "01W", displayName: "Sipho", status: "active" },
      "A person: Sipho",
      "/admin/people/01W",
    ],
    ["job", "01JOB", "/jobs/01JOB", job(), "A job: Fix the roof", "/jobs/01JOB"],
    [
      "listing",
      "01L",
      "/listings/01L",
      { id: "01L", title: "Bricks" },
      "A material: Bricks",
      "/materials/01L",
    ],
    ["story", "01S", "/stories/01S", STORY, "A story: My first roof", "/stories/01S"],
    ["review", "01R", "/reviews/01R", REVIEW, "A review: Thandi", "/people/01W"],
  ])(
    "given one about a %s, when the list opens, then it is named and its name leads to it",
    async (...one) => {
      const [kind, id, path, thing, name, href] = one;
      answers({ "GET /reports": { items: [report(kind, id)], nextCursor: null }, [`GET ${path}`]: thing });
      await open("/admin/reports", <Admin page="reports" />);
      await sees(name);
      expect(linkTo(name)).toBe(href);
      await sees(REASON);
    },
  );

  it("given one about something that was deleted, when the list opens, then it says so and can be resolved", async () => {
    answers({ "GET /reports": { items: [report("listing", "01L")], nextCursor: null } });
    await open("/admin/reports", <Admin page="reports" />);
    await sees("It is not there any more.");
    await tap("Nothing is wrong");
  });

  it.each([
    [
      "profile",
      "01W",
      "/admin/users/01W",
      { userId: "01W", displayName: "Sipho", status: "active" },
      "Suspend",
      "PATCH /admin/users/01W",
      { status: "suspended", reason: REASON },
      "You decided about Sipho: Suspend.",
    ],
    [
      "story",
      "01S",
      "/stories/01S",
      STORY,
      "Hide the story",
      "POST /stories/01S/moderation",
      { decision: "reject", reason: REASON, version: 3 },
      "You decided about My first roof: Hide the story.",
    ],
    [
      "review",
      "01R",
      "/reviews/01R",
      REVIEW,
      "Hide the review",
      "POST /reviews/01R/moderation",
      { hidden: true, reason: REASON },
      "You decided about Thandi: Hide the review.",
    ],
  ])(
    "given one about a %s, when the admin takes it from sight, then it is sent and the page says so",
    async (...one) => {
      const [kind, id, path, thing, act, route, body, said] = one;
      const asked = answers({
        "GET /reports": { items: [report(kind, id)], nextCursor: null },
        [`GET ${path}`]: thing,
        [route]: {},
      });
      await open("/admin/reports", <Admin page="reports" />);
      await tap(act);
      await type(`${kind}-01REP-reason`, REASON);
      await submitForm();
      await sees(said);
      expect(asked.filter((each) => each.method !== "GET").map((each) => each.body)).toEqual([body]);
    },
  );
});

describe("materials that wait", () => {
  const LISTING = {
    id: "01L",
    sellerId: "01S",
    sellerName: "Zodwa",
    title: "Bricks",
    description: "Red bricks.",
    priceCents: 300,
    unit: "piece",
    location: "Umlazi",
    updatedAt: AT,
    version: 1,
    photos: [],
  };
  const READY = "The photos do not show it.";

  async function opened() {
    const asked = answers({
      "GET /listings/pending": { items: [LISTING], nextCursor: null },
      "POST /listings/01L/moderation": {},
    });
    await open("/admin/moderation", <Admin page="moderation" />);
    await sees("Bricks");
    return () => asked.filter((one) => one.method === "POST").map((one) => one.body);
  }

  it("given one to approve, when it is chosen, then no reason to reject is offered, and afterwards it says what was done", async () => {
    const sent = await opened();
    await tap("Approve");
    await sees("Everybody can see it at once.");
    expect(words()).not.toContain(READY);
    await submitForm();
    await sees("You decided about Bricks: Approve.");
    expect(sent()).toEqual([{ decision: "approve", reason: null, version: 1 }]);
  });

  it("given a ready reason to reject, when it is approved after all, then that reason is not sent", async () => {
    const sent = await opened();
    await tap("Reject");
    await tap(READY);
    await tap("Approve");
    await submitForm();
    await sees("You decided about Bricks: Approve.");
    expect(sent()).toEqual([{ decision: "approve", reason: null, version: 1 }]);
  });
});
