import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { outbox, remove } from "../src/offline/outbox";
import Home from "../src/screens/public/Home";
import JobFeed from "../src/screens/public/JobFeed";
import JobPage, { isOpen, offeredBid } from "../src/screens/public/JobPage";
import Leaderboard from "../src/screens/public/Leaderboard";
import MaterialFeed from "../src/screens/public/MaterialFeed";
import MaterialPage from "../src/screens/public/MaterialPage";
import PersonPage from "../src/screens/public/PersonPage";
import StoryFeed from "../src/screens/public/StoryFeed";
import StoryPage from "../src/screens/public/StoryPage";
import WorkerDirectory from "../src/screens/public/WorkerDirectory";
import { setPerson, setSharedPhone } from "../src/session/person";
import { answers, noNetwork, problem, signInAs } from "./api";
import { JOB, JOB_CARD, LISTING, PROFILE, page, RESUME, REVIEW, STORY } from "./publicSamples";
import { close, find, open, sees, submitForm, tap, type } from "./screen";

const PLACES = { items: [{ name: "Umlazi", aliases: ["uMlazi"] }], sources: [] };

beforeEach(() => {
  setSharedPhone(false);
  setPerson(null);
});
afterEach(async () => {
  close();
  for (const item of outbox.peek()) await remove(item.id);
  vi.unstubAllGlobals();
});

describe("the start", () => {
  it("given open jobs, when it is opened, then there are two choices, and the newest five jobs are asked as cards", async () => {
    const asked = answers({ "GET /jobs": page([JOB_CARD]), "GET /stories/featured": page([STORY_CARD]) });
    await open("/", <Home />);
    expect((await find("I need work done")).getAttribute("href")).toBe("/post");
    expect((await find("I look for work")).getAttribute("href")).toBe("/jobs");
    await sees("Fix a leaking tap");
    await sees("My first job");
    expect(asked.map((one) => one.path)).toContain("/jobs?limit=5&view=card");
  });
});

const STORY_CARD = { ...STORY, excerpt: "It went well." };

describe("lists of jobs", () => {
  it("given a filter in the address, when the list is opened, then it asks with the filter, for cards", async () => {
    const asked = answers({ "GET /jobs": page([JOB_CARD]), "GET /places": PLACES });
    await open("/jobs?category=plumbing&location=Umlazi", <JobFeed />);
    await sees("Fix a leaking tap");
    expect(asked.find((one) => one.path.startsWith("/jobs"))?.path).toBe(
      "/jobs?view=card&category=plumbing&location=Umlazi",
    );
  });

  it("given a kind of work that does not exist, when the list is opened, then all jobs are asked", async () => {
    const asked = answers({ "GET /jobs": page([JOB_CARD]), "GET /places": PLACES });
    await open("/jobs?category=witchcraft", <JobFeed />);
    await sees("Fix a leaking tap");
    expect(asked.find((one) => one.path.startsWith("/jobs"))?.path).toBe("/jobs?view=card");
  });

  it("given the search, when a place and words are sent, then they stand in the address beside the kind", async () => {
    answers({ "GET /jobs": page([JOB_CARD]), "GET /places": PLACES });
    await open("/jobs?category=plumbing", <JobFeed />);
    await type("location", " Umlazi ");
    await type("q", "tap");
    await submitForm();
    expect(location.pathname + location.search).toBe("/jobs?category=plumbing&location=Umlazi&q=tap");
  });

  it.each([
    ["location", "U", "Type at least 2 letters of the place."],
    ["q", "fix the leaking tap", "Type at most 3 words."],
  ])(
    "given the search, when %s is %s, then it says what to do and the address stays",
    async (name, text, said) => {
      answers({ "GET /jobs": page([JOB_CARD]), "GET /places": PLACES });
      await open("/jobs", <JobFeed />);
      await type(name, text);
      await submitForm();
      await sees(said);
      expect(location.search).toBe("");
    },
  );

  it("given a search without results, when it is shown, then it can be made wider", async () => {
    answers({ "GET /jobs": page([]), "GET /places": PLACES });
    await open("/jobs?category=plumbing&location=Ixopo", <JobFeed />);
    await sees("Nothing was found for this search.");
    expect((await find("Search in all places")).getAttribute("href")).toBe("/jobs?category=plumbing");
    expect((await find("Show everything")).getAttribute("href")).toBe("/jobs");
  });

  it("given more jobs, when Show more is tapped, then the next page is added", async () => {
    const second = { ...JOB_CARD, id: "j2", title: "Paint a room" };
    answers({
      "GET /jobs?view=card": page([JOB_CARD], "next"),
      "GET /jobs?view=card&cursor=next": page([second]),
      "GET /places": PLACES,
    });
    await open("/jobs", <JobFeed />);
    await tap("Show more");
    await sees("Paint a room");
    await sees("Fix a leaking tap");
  });

  it("given a person without reviews, when their job is shown, then it says so, and shows no stars", async () => {
    answers({ "GET /jobs": page([JOB_CARD]), "GET /places": PLACES });
    const shown = await open("/jobs", <JobFeed />);
    await sees("No reviews yet");
    expect(shown.textContent).not.toMatch(/0(\.0)? of 5/);
  });
});

describe("other lists", () => {
  it("given sellers in the address, when people are shown, then sellers are asked, with trust in words", async () => {
    const asked = answers({ "GET /profiles": page([PROFILE]), "GET /places": PLACES });
    await open("/workers?role=seller", <WorkerDirectory />);
    await sees("Trust 41 of 100: growing");
    expect(asked.find((one) => one.path.startsWith("/profiles"))?.path).toBe("/profiles?role=seller");
  });

  it("given materials, when they are shown, then the price has its unit in words", async () => {
    answers({ "GET /listings": page([LISTING]), "GET /places": PLACES });
    await open("/materials?category=cement", <MaterialFeed />);
    await sees("R119 per bag");
    await sees("300 in stock");
  });

  it("given a type in the address, when stories are shown, then only that type is asked", async () => {
    const asked = answers({ "GET /stories": page([STORY_CARD]) });
    await open("/stories?type=tip", <StoryFeed />);
    await sees("My first job");
    expect(asked[0]?.path).toBe("/stories?view=card&type=tip");
  });

  it("given nobody who earned a reward, when the list of inviters is shown, then it offers to invite", async () => {
    answers({ "GET /referrals/leaderboard": { items: [], generatedAt: "2026-11-20T08:00:00.000Z" } });
    await open("/leaderboard", <Leaderboard />);
    expect((await find("Invite people")).getAttribute("href")).toBe("/me/invitation");
  });
});

describe("a job", () => {
  const routes = {
    "GET /jobs/j1": JOB,
    "GET /profiles/b1": PROFILE,
    "GET /jobs/j1/bids": page([]),
  };

  it("given a visitor, when an open job is shown, then they can bid, see the buyer, and report it", async () => {
    answers(routes);
    await open("/jobs/j1", <JobPage id="j1" />);
    expect((await find("Make a bid")).getAttribute("href")).toBe("/jobs/j1/bid");
    expect((await find("Report this job")).getAttribute("href")).toBe("/report/job/j1");
    await sees("Trust 41 of 100: growing");
    await sees("Khaya keeps the money until the work is done.");
    await sees("As soon as possible");
  });

  it("given a job that is done, when it is shown, then nothing is said of money that Khaya keeps", async () => {
    answers({ ...routes, "GET /jobs/j1": { ...JOB, status: "completed" } });
    const shown = await open("/jobs/j1", <JobPage id="j1" />);
    await sees("This job takes no more bids");
    expect(shown.textContent).not.toContain("Khaya keeps the money");
  });

  it("given its buyer, when the job is shown, then it leads to the job room and takes no bid", async () => {
    signInAs(["buyer", "worker"]);
    answers({ ...routes, "GET /jobs/j1": { ...JOB, buyerId: "u1" } });
    const shown = await open("/jobs/j1", <JobPage id="j1" />);
    expect((await find("Open the job")).getAttribute("href")).toBe("/deals/j1");
    expect(shown.textContent).not.toContain("Make a bid");
    expect(shown.textContent).not.toContain("Report this job");
  });

  it("given a worker who bid, when the job is shown, then it says how much and leads to the bids", async () => {
    signInAs(["worker"]);
    answers({
      ...routes,
      "GET /jobs/j1/bids": page([{ status: "pending", amountCents: 45_000, rejectionReason: null }]),
    });
    const shown = await open("/jobs/j1", <JobPage id="j1" />);
    await sees("Your bid: R450");
    expect((await find("Show my bids")).getAttribute("href")).toBe("/me/bids");
    expect(shown.textContent).not.toContain("Make a bid");
  });

  it.each(["completed", "cancelled", "in_progress", "expired"] as const)(
    "given a job that is %s, when it is shown, then it takes no bids and offers others",
    async (status) => {
      answers({ ...routes, "GET /jobs/j1": { ...JOB, status } });
      const shown = await open("/jobs/j1", <JobPage id="j1" />);
      await sees("This job takes no more bids");
      expect((await find("Find jobs like this")).getAttribute("href")).toBe("/jobs?category=plumbing");
      expect(shown.textContent).not.toContain("Make a bid");
    },
  );

  it("given a job that nobody else may see, when it is opened, then it says that it was closed or removed", async () => {
    answers({ "GET /jobs/j1": problem(404, "not_found") });
    await open("/jobs/j1", <JobPage id="j1" />);
    await sees("This was closed or removed, or it is not yours to see.");
  });

  it("given a past end that the sweep has not come by for, when it is asked, then the job is not open", () => {
    expect(isOpen({ status: "open", expiresAt: "2020-01-01T00:00:00.000Z" })).toBe(false);
    expect(isOpen(JOB)).toBe(true);
  });

  it.each([
    [["withdrawn"], undefined],
    [["rejected"], "rejected"],
    [["rejected", "pending"], "pending"],
    [["withdrawn", "accepted"], "accepted"],
    [[], undefined],
  ] as const)(
    "given own bids %j, when it is asked which stands in the way, then it is %s",
    (statuses, found) => {
      const bids = statuses.map((status) => ({ status, amountCents: 1, rejectionReason: null }));
      expect(offeredBid(bids)?.status).toBe(found);
    },
  );
});

describe("a person", () => {
  it("given reviews with an answer, when the person is shown, then parts of the trust and both texts are there", async () => {
    answers({
      "GET /profiles/b1": PROFILE,
      "GET /profiles/b1/resume": RESUME,
      "GET /profiles/b1/reviews": page([REVIEW]),
    });
    await open("/people/b1", <PersonPage id="b1" />);
    await sees("7 of 30 points");
    await sees("Came early.");
    await sees("Thank you, Sipho.");
    await sees("Plumbing, Solar geysers");
    expect((await find("Open the map")).getAttribute("href")).toMatch(/^geo:0,0/);
    expect((await find("Report this review")).getAttribute("href")).toBe("/report/review/r1");
  });
});

describe("a material", () => {
  const routes = { "GET /listings/l1": LISTING, "GET /profiles/s1": { ...PROFILE, userId: "s1" } };

  it("given a visitor, when they ask the seller, then they sign in first and come back to the question", async () => {
    answers(routes);
    await open("/materials/l1", <MaterialPage id="l1" />);
    expect((await find("Ask the seller")).getAttribute("href")).toBe(
      "/sign-in?then=%2Fmaterials%2Fl1%3Fask%3D1",
    );
  });

  it("given a question, when it is sent, then the API gets text and number, and the page says what is next", async () => {
    signInAs(["buyer"]);
    const asked = answers({ ...routes, "POST /listings/l1/enquiries": { id: "e1" } });
    await open("/materials/l1?ask=1", <MaterialPage id="l1" />);
    await type("text", "Do you bring it to Umlazi?");
    await type("quantity", "1 200");
    await submitForm();
    await sees("The seller answers here or calls you.");
    const sent = asked.find((one) => one.method === "POST");
    expect(sent?.body).toEqual({ text: "Do you bring it to Umlazi?", quantity: 1200 });
    expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
  });

  it("given no network, when a question is sent, then it waits and the page says so", async () => {
    signInAs(["buyer"]);
    answers({ ...routes, "POST /listings/l1/enquiries": noNetwork });
    await open("/materials/l1?ask=1", <MaterialPage id="l1" />);
    await type("text", "Do you bring it to Pinetown?");
    await submitForm();
    await sees("Your question waits");
    expect(outbox.value.map((one) => one.kind)).toEqual(["enquiry"]);
  });

  it.each([
    ["text", "Short?", "Write at least 10 letters."],
    ["quantity", "a few", "Type a whole number, as 12."],
    ["quantity", "0", "Type a whole number, as 12."],
  ])(
    "given %s %s, when it is sent, then it says what to do and nothing is sent",
    async (name, value, said) => {
      signInAs(["buyer"]);
      const asked = answers(routes);
      await open("/materials/l1?ask=1", <MaterialPage id="l1" />);
      await type("text", "Do you bring it to Umlazi?");
      await type("quantity", "");
      await type(name, value);
      await submitForm();
      await sees(said);
      expect(asked.filter((one) => one.method === "POST")).toEqual([]);
    },
  );

  it("given the API refuses a question, when it is sent, then the reason is shown and the text stays", async () => {
    signInAs(["buyer"]);
    answers({ ...routes, "POST /listings/l1/enquiries": problem(409, "listing_status") });
    await open("/materials/l1?ask=1", <MaterialPage id="l1" />);
    await type("text", "Do you bring it to Durban?");
    await submitForm();
    await vi.waitFor(() => expect(document.querySelector("dialog [role=alert]")).not.toBeNull(), 10_000);
    expect((document.getElementById("text") as HTMLTextAreaElement).value).toBe("Do you bring it to Durban?");
  });

  it("given its seller, when it is shown, then it leads to the own page and takes no question", async () => {
    signInAs(["seller"]);
    answers({ ...routes, "GET /listings/l1": { ...LISTING, sellerId: "u1" } });
    const shown = await open("/materials/l1?ask=1", <MaterialPage id="l1" />);
    expect((await find("Change my offer")).getAttribute("href")).toBe("/me/materials/l1");
    expect(shown.querySelector("dialog")).toBeNull();
  });
});

describe("a story", () => {
  it("given a visitor, when they like it, then they sign in and come back to the like", async () => {
    answers({ "GET /stories/t1": STORY });
    await open("/stories/t1", <StoryPage id="t1" />);
    expect((await find("Like this story")).getAttribute("href")).toBe(
      "/sign-in?then=%2Fstories%2Ft1%3Flike%3D1",
    );
  });

  it("given a like made while signed out, when the person comes back, then it is made once", async () => {
    signInAs();
    const asked = answers({
      "GET /stories/t1": { ...STORY, liked: false },
      "PUT /stories/t1/like": { likes: 4, liked: true },
    });
    await open("/stories/t1?like=1", <StoryPage id="t1" />);
    await sees("4 likes");
    await find("Take my like back");
    const likes = () => asked.filter((one) => one.method === "PUT");
    await vi.waitFor(() => expect(likes()).toHaveLength(1), 10_000);
    expect(location.search).toBe("");
  });

  it("given a liked story, when the like is taken back, then the count of the API is shown", async () => {
    signInAs();
    answers({
      "GET /stories/t1": { ...STORY, likes: 9, liked: true },
      "DELETE /stories/t1/like": { likes: 7, liked: false },
    });
    await open("/stories/t1", <StoryPage id="t1" />);
    await tap("Take my like back");
    await sees("7 likes");
  });
});
