/** What a sign-in brings with it, also where the page ends in between: drafts, an invitation, a typed number. */
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { databaseOf } from "../src/offline/database";
import Code from "../src/screens/sign-in/Code";
import Invite from "../src/screens/sign-in/Invite";
import SignIn from "../src/screens/sign-in/SignIn";
import { arrivalOf, noteArrival } from "../src/session/arrival";
import { adoptLeft, entered } from "../src/session/enter";
import { keepInvitation, keptInvitation } from "../src/session/invitation";
import { setPerson } from "../src/session/person";
import { forgetContact } from "../src/session/typedContact";
import { answers, noNetwork } from "./api";
import { close, find, sees, show, submitForm, tap, type } from "./screen";

const CHALLENGE = { challenge: "c1", expiresIn: 600 };
const PROFILE = { userId: "u1", displayName: "Thandi", roles: [] };
const SIGN_IN = {
  "POST /auth/sign-up": CHALLENGE,
  "POST /auth/tokens": { accessToken: "t", expiresIn: 900, userId: "u1", roles: [], isNew: false },
  "GET /profiles/me": PROFILE,
  "GET /notifications/preferences": { language: "en", channels: {} },
};
const PERSON = { userId: "u1", roles: [], displayName: "Thandi" };

beforeEach(async () => {
  setPerson(null);
  await forgetContact();
  for (const owner of [null, "u1"]) {
    const db = await databaseOf(owner);
    for (const store of ["drafts", "challenges"] as const) await db.clear(store);
  }
});
afterEach(close);

/** Opens the sign-in, gets a code and types it. */
async function signIn(path: string): Promise<void> {
  show(<SignIn />, path);
  await type("contact", "0821234567");
  await submitForm();
  await vi.waitFor(() => expect(location.pathname).toBe("/code"));
  show(<Code />, "/code");
  await sees("0821234567");
  await type("code", "123456");
}

async function writeAsVisitor(): Promise<void> {
  const draft = {
    key: "job",
    value: { title: "Tap" },
    idempotencyKey: "k",
    path: "/post",
    updatedAt: Date.now(),
  };
  await (await databaseOf(null)).put("drafts", draft);
}

it("given a page that ended right after the sign-in, when the same person starts again, then the drafts are theirs", async () => {
  await writeAsVisitor();
  noteArrival({ userId: "u1" });
  setPerson(PERSON);
  answers(SIGN_IN);
  // when
  const rest = await adoptLeft();
  // then
  expect(await (await databaseOf(null)).getAll("drafts")).toEqual([]);
  expect(await (await databaseOf("u1")).getAll("drafts")).toHaveLength(1);
  await rest?.();
  expect(arrivalOf("u1")).toBeNull();
});

it("given a page that ended right after the sign-in, when another person starts, then the drafts stay the visitor's", async () => {
  await writeAsVisitor();
  noteArrival({ userId: "u2" });
  setPerson(PERSON);
  expect(await adoptLeft()).toBeUndefined();
  expect(await (await databaseOf(null)).getAll("drafts")).toHaveLength(1);
});

it("given a phone whose database does not answer, when drafts are left to move, then the page is not kept waiting", async () => {
  noteArrival({ userId: "u1" });
  setPerson(PERSON);
  const never = vi.spyOn(IDBObjectStore.prototype, "getAll").mockReturnValue(new Promise(() => {}) as never);
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const shown = vi.fn();
  void adoptLeft().then(shown);
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
  never.mockRestore();
  expect(shown).toHaveBeenCalled();
});

it("given somebody else who signs in in another tab meanwhile, then what is left of their sign-in stays", async () => {
  noteArrival({ userId: "u1" });
  setPerson(PERSON);
  const other = () => {
    noteArrival({ userId: "u2", invitation: "ABC" });
    return PROFILE;
  };
  answers({ ...SIGN_IN, "GET /profiles/me": other });
  await entered();
  expect(arrivalOf("u2")?.invitation).toBe("ABC");
});

it("given an invitation that was taken up, when its answer is lost, then the next start asks for it again", async () => {
  // given
  let network = false;
  const asked = answers({ ...SIGN_IN, "POST /referrals/applications": () => (network ? {} : noNetwork()) });
  await signIn("/sign-in?invitation=ABC");
  const used = () => asked.filter((one) => one.path === "/referrals/applications");
  await vi.waitFor(() => expect(used()).toHaveLength(1));
  await vi.waitFor(() => expect(arrivalOf("u1")?.invitation).toBe("ABC"));
  // when
  network = true;
  const rest = await adoptLeft();
  await rest?.();
  // then
  expect(used().map((one) => one.body)).toEqual([{ code: "ABC" }, { code: "ABC" }]);
  expect(arrivalOf("u1")).toBeNull();
});

it("given an invitation on the phone, when somebody signs in without it, then it is not theirs and is still offered", async () => {
  keepInvitation("ABC");
  const asked = answers(SIGN_IN);
  await signIn("/sign-in");
  await vi.waitFor(() => expect(arrivalOf("u1")).toBeNull());
  expect(asked.map((one) => one.path)).not.toContain("/referrals/applications");
  expect(keptInvitation()).toBe("ABC");
});

it("given an invitation on the phone, when who signs in takes it up, then it is used and forgotten", async () => {
  keepInvitation("ABC");
  const asked = answers({ ...SIGN_IN, "POST /referrals/applications": {} });
  show(<SignIn />, "/sign-in");
  await tap("I was invited with the code ABC.");
  await type("contact", "0821234567");
  await submitForm();
  await vi.waitFor(() => expect(location.pathname).toBe("/code"));
  show(<Code />, "/code");
  await sees("0821234567");
  await type("code", "123456");
  await vi.waitFor(() => expect(asked.map((one) => one.path)).toContain("/referrals/applications"));
  await vi.waitFor(() => expect(keptInvitation()).toBeNull());
});

it("given an invitation, when it is opened, then its way in names it", async () => {
  show(<Invite code="A B" />, "/invite/A%20B");
  const way = await find("Join");
  expect(way.getAttribute("href")).toBe("/sign-in?invitation=A%20B");
});

it("given a number that is typed, when the page ends before the code is sent, then the next one has it, for minutes", async () => {
  show(<SignIn />, "/sign-in");
  await type("contact", "082 123");
  const kept = async () => (await databaseOf(null)).get("challenges", "typed-contact");
  await vi.waitFor(async () => expect(await kept()).toMatchObject({ contact: "082 123" }));
  await act(() => show(<SignIn />, "/sign-in"));
  const field = () => (document.getElementById("contact") as HTMLInputElement).value;
  await vi.waitFor(() => expect(field()).toBe("082 123"));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 700_000 });
  await act(() => show(<SignIn />, "/sign-in"));
  await new Promise((done) => setTimeout(done, 50));
  expect(field()).toBe("");
  vi.useRealTimers();
});

it("given a code whose answer was lost, when it is typed again, then it is said to be used, and a wrong one to be wrong", async () => {
  let tries = 0;
  const wrong = () => Response.json({ status: 401, code: "wrong_code" }, { status: 401 });
  answers({ ...SIGN_IN, "POST /auth/tokens": () => (++tries === 1 ? noNetwork() : wrong()) });
  await signIn("/sign-in");
  await sees("No answer from Khaya.");
  await type("code", "");
  await type("code", "123456");
  await sees("Get a new code.");
  await sees("the answer was lost");
  await type("code", "654321");
  await sees("That code is not right.");
});
