/** Every screen in the states of what it reads: loading, no network, and each refusal of the API. */
import { beforeEach, describe, expect, it } from "vitest";
import { ROUTES } from "../src/routes";
import { setPerson } from "../src/session/person";
import { answersAll, noNetwork, problem } from "./api";
import { emptyDevice } from "./device";
import { open, sees, words } from "./screen";

const ADMIN_PAGES = [
  "moderation",
  "moderation/stories",
  "verifications",
  "reports",
  "people",
  "people/01U",
  "audit",
  "disputes",
  "disputes/01JOB",
  "stuck-jobs",
  "payouts",
  "adjustments",
  "referrals",
  "money",
  "refunds",
  "suspense",
  "chargebacks",
  "differences",
];
/** These show what is known without the API: forms, texts of the app, and what the phone keeps. */
const READ_NOTHING = new Set([
  "/help",
  "/terms",
  "/privacy",
  "/data-use",
  "/sign-in",
  "/code",
  "/name",
  "/signed-in",
  "/invite/:code",
  "/outbox",
  "/share",
  "/me/stories/new",
  "/report/:kind/:id",
  "/me/settings",
  "/me/settings/password",
  "/post",
  "/post/:step",
  "/me/materials/new",
  "*",
]);

/** These say something of their own: what is known already, or a form that goes on without a network. */
const OWN_WORDS: Record<string, Record<string, string>> = {
  "/deals/01JOB/paid": { loading: "We are checking" },
  "/deals/01JOB/submit": { "no network": "Add photos" },
};

interface Opened {
  address: string;
  params: Record<string, string>;
  screen: (typeof ROUTES)[number]["screen"];
}

const SCREENS: Opened[] = ROUTES.filter((one) => !READ_NOTHING.has(one.path)).flatMap(
  ({ path, screen }): Opened[] =>
    path === "/admin/:page/:id?"
      ? ADMIN_PAGES.map((page) => {
          const [first, id] = page.split("/");
          return { address: `/admin/${page}`, params: { page: first ?? "", ...(id ? { id } : {}) }, screen };
        })
      : [{ address: path.replace(":id", "01JOB"), params: { id: "01JOB" }, screen }],
);

const STATES: Record<string, { answer: () => Response | Promise<Response>; says: string[] }> = {
  "no network": { answer: noNetwork, says: ["You are offline", "Try again"] },
  "a fault": { answer: () => problem(500, "internal_error"), says: ["Try again", "r1"] },
  "a pause": { answer: () => problem(503, "unavailable"), says: ["by itself"] },
  "too many requests": {
    answer: () =>
      new Response(JSON.stringify({ status: 429, code: "too_many_requests", params: {} }), {
        status: 429,
        headers: { "Content-Type": "application/problem+json", "Retry-After": "30" },
      }),
    says: ["30", "Try again"],
  },
  "nothing there": {
    answer: () => problem(404, "not_found"),
    says: ["This was closed or removed, or it is not yours to see."],
  },
  "no sign-in": { answer: () => problem(401, "unauthorized"), says: ["Sign in"] },
  "a suspension": {
    answer: () => problem(403, "suspended", { params: { reason: "Three reports" } }),
    says: ["Get my data"],
  },
};

beforeEach(async () => {
  setPerson({ userId: "u1", roles: ["buyer", "worker", "seller", "admin"], displayName: "Sipho" });
  await emptyDevice();
});

describe.each(SCREENS)("$address", ({ address, params, screen }) => {
  async function opened(answer: () => unknown): Promise<void> {
    answersAll(answer);
    const { default: Screen } = await screen();
    await open(address, <Screen {...params} />);
  }

  it("given an answer that takes its time, then the screen says that it loads", async () => {
    await opened(() => new Promise(() => undefined));
    const own = OWN_WORDS[address]?.loading;
    if (own) await sees(own);
    else expect(document.querySelector(".skeleton")).not.toBeNull();
  });

  it.each(Object.entries(STATES))("given %s, then it says what to do", async (name, { answer, says }) => {
    await opened(answer);
    const own = OWN_WORDS[address]?.[name];
    for (const text of own ? [own] : says) await sees(text);
    expect(words()).not.toMatch(/\b[a-z]+_[a-z_]+\b/);
  });
});

describe("the list of screens that read nothing", () => {
  it("names only addresses that there are", () => {
    const paths = ROUTES.map((one) => one.path);
    expect([...READ_NOTHING].filter((one) => !paths.includes(one))).toEqual([]);
  });
});
