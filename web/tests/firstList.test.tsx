import { beforeEach, expect, it, vi } from "vitest";
import { restart } from "../src/api/firstList";
import Home from "../src/screens/public/Home";
import JobFeed from "../src/screens/public/JobFeed";
import { setPerson } from "../src/session/person";
import { type Asked, answers, problem, signInAs } from "./api";
import { JOB_CARD } from "./publicSamples";
import { close, open, sees } from "./screen";

const CARD = { ...JOB_CARD, title: "Fix the roof" };
const LIST = { items: [CARD], nextCursor: null };

beforeEach(() => {
  close();
  setPerson(null);
});

/** Opens an address as a browser does: the first script runs, and the app follows. */
async function opened(path: string, screen: Parameters<typeof open>[1]): Promise<void> {
  history.replaceState(null, "", path);
  restart();
  await open(path, screen);
}

function jobsOf(asked: Asked[]): string[] {
  return asked.map((one) => one.path).filter((path) => path.startsWith("/jobs"));
}

it.each([
  ["/", <Home key="home" />],
  ["/jobs", <JobFeed key="feed" />],
])(
  "given a visitor, when %s opens, then its list is asked for once, before the app is there",
  async (path, screen) => {
    const asked = answers({ "GET /jobs": LIST, "GET /stories/featured": { items: [] } });
    history.replaceState(null, "", path);
    restart();
    await vi.waitFor(() => expect(jobsOf(asked)).toHaveLength(1));
    await open(path, screen);
    await sees("Fix the roof");
    expect(jobsOf(asked)).toHaveLength(1);
  },
);

it("given a search, when it opens, then nothing is asked for before", async () => {
  const asked = answers({ "GET /jobs": LIST });
  await opened("/jobs?q=roof", <JobFeed />);
  await sees("Fix the roof");
  expect(jobsOf(asked)).toEqual(["/jobs?view=card&q=roof"]);
});

it("given somebody signed in, when the start opens, then the list is asked for once, with their token", async () => {
  signInAs();
  const asked = answers({ "GET /jobs": LIST, "GET /stories/featured": { items: [] } });
  await opened("/", <Home />);
  await sees("Fix the roof");
  expect(asked.filter((one) => one.path.startsWith("/jobs"))).toMatchObject([
    { path: "/jobs?limit=5&view=card" },
  ]);
  expect(asked[0]?.headers.get("Authorization")).toBe("Bearer token");
});

it.each([
  ["is refused", (tries: number) => (tries === 1 ? problem(503, "unavailable") : LIST)],
  ["finds no network", (tries: number) => (tries === 1 ? Promise.reject(new TypeError("no network")) : LIST)],
])("given a first request that %s, then the list is asked for again, and shown", async (_name, answer) => {
  let tries = 0;
  answers({ "GET /jobs": () => answer(++tries), "GET /stories/featured": { items: [] } });
  await opened("/", <Home />);
  await sees("Fix the roof");
  expect(tries).toBe(2);
});

it("given a list that was asked for two minutes ago, when it is shown, then it is asked for again", async () => {
  const asked = answers({ "GET /jobs": LIST, "GET /stories/featured": { items: [] } });
  history.replaceState(null, "", "/");
  restart();
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 120_000);
  await open("/", <Home />);
  await sees("Fix the roof");
  vi.restoreAllMocks();
  expect(jobsOf(asked)).toHaveLength(2);
});
