import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it, vi } from "vitest";
import { keyOfAct } from "../src/offline/actKeys";
import { database } from "../src/offline/database";
import { adoptDrafts, allDrafts, type DraftOf, useDraft } from "../src/offline/drafts";
import { deleteOldDrafts } from "../src/offline/oldDrafts";
import { setPerson, setSharedPhone } from "../src/session/person";
import { signInAs } from "./api";

const EMPTY = { title: "", description: "" };

async function form(name: string): Promise<DraftOf<typeof EMPTY>> {
  const root = document.createElement("div");
  const seen: DraftOf<typeof EMPTY>[] = [];
  function Form() {
    seen.push(useDraft(name, EMPTY));
    return null;
  }
  await act(() => render(<Form />, root));
  const draft = seen[0] as DraftOf<typeof EMPTY>;
  await until(() => draft.ready.value);
  return draft;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it did not come");
}

it("given a form, when one key is typed and the page ends, then the next page has it under the same key", async () => {
  signInAs();
  const first = await form("story");
  first.change({ title: "M" });
  await until(async () => (await allDrafts()).some((one) => one.value.title === "M"));
  const second = await form("story");
  expect(second.values.value).toEqual({ title: "M", description: "" });
  expect(second.key()).toBe(first.key());
});

it("given a draft, when it is dropped, then nothing of it is kept and the next one has another key", async () => {
  signInAs();
  const draft = await form("report");
  const key = draft.key();
  draft.change({ title: "Spam" });
  await draft.drop();
  expect((await allDrafts()).map((one) => one.key)).not.toContain("report");
  expect(draft.key()).not.toBe(key);
});

it("given a visitor's draft, when they sign in, then it is theirs, and no visitor sees it", async () => {
  setPerson(null);
  const draft = await form("job");
  draft.change({ title: "Fix a tap" });
  await until(async () => (await (await database("public")).get("drafts", "job")) !== undefined);
  signInAs();
  await adoptDrafts();
  expect((await (await database("private")).get("drafts", "job"))?.value.title).toBe("Fix a tap");
  expect(await (await database("public")).get("drafts", "job")).toBeUndefined();
});

it("given a draft of 31 days ago, when the drafts are read, then it is gone", async () => {
  signInAs();
  const db = await database("private");
  const updatedAt = Date.now() - 31 * 86_400_000;
  await db.put("drafts", { key: "old", value: {}, idempotencyKey: "k", path: "/post", updatedAt });
  expect((await allDrafts()).map((one) => one.key)).not.toContain("old");
  await deleteOldDrafts();
  expect(await db.get("drafts", "old")).toBeUndefined();
});

it("given a shared phone, when a day has passed, then the drafts of who left without signing out are gone", async () => {
  signInAs();
  const theirs = await database("private");
  const updatedAt = Date.now() - 25 * 3_600_000;
  await theirs.put("drafts", { key: "left", value: {}, idempotencyKey: "k", path: "/post", updatedAt });
  setPerson(null);
  await deleteOldDrafts();
  expect(await theirs.get("drafts", "left")).toBeDefined();
  setSharedPhone(true);
  await deleteOldDrafts();
  setSharedPhone(false);
  expect(await theirs.get("drafts", "left")).toBeUndefined();
});

it("given a person's form, when they sign out before it is kept, then no visitor finds it", async () => {
  signInAs();
  const draft = await form("secret");
  setPerson(null);
  draft.change({ title: "My words" });
  await new Promise((done) => setTimeout(done, 30));
  expect(await (await database("public")).get("drafts", "secret")).toBeUndefined();
});

it("given a form of a saved copy, when the newer one comes, then it begins from that, and what is written stays", async () => {
  signInAs();
  const root = document.createElement("div");
  let draft: DraftOf<typeof EMPTY> | undefined;
  function Form({ title }: { title: string }) {
    draft = useDraft("edit", { ...EMPTY, title });
    return null;
  }
  await act(() => render(<Form title="Old" />, root));
  await until(() => draft?.ready.value === true);
  await act(() => render(<Form title="New" />, root));
  expect(draft?.values.value.title).toBe("New");
  draft?.change({ description: "Mine" });
  await act(() => render(<Form title="Newest" />, root));
  expect(draft?.values.value).toEqual({ title: "New", description: "Mine" });
});

it("given one form in two tabs, when something is written in both, then both are kept, and one that is sent ends alone", async () => {
  signInAs();
  const [first, second] = [await form("two-tabs"), await form("two-tabs")];
  for (const [draft, title] of [
    [first, "Paint"],
    [second, "Tiles"],
    [first, "Paint a wall"],
  ] as const) {
    draft.change({ title });
    await draft.kept();
  }
  const titles = async () =>
    (await allDrafts()).filter((one) => one.key.endsWith("two-tabs")).map((one) => one.value.title);
  expect((await titles()).sort()).toEqual(["Paint a wall", "Tiles"]);
  await first.drop();
  expect(await titles()).toEqual(["Tiles"]);
});

it("given a form whose draft is not read yet, when a first key is typed, then it stays, and so does the draft", async () => {
  signInAs();
  const before = await form("quick");
  before.change({ title: "Fix a tap" });
  await before.kept();
  const root = document.createElement("div");
  let draft: DraftOf<typeof EMPTY> | undefined;
  function Form() {
    draft = useDraft("quick", EMPTY);
    if (!draft.ready.peek() && draft.untouched.peek()) draft.change({ title: "P" });
    return null;
  }
  await act(() => render(<Form />, root));
  await until(() => draft?.ready.value === true);
  await draft?.kept();
  expect(draft?.values.value.title).toBe("P");
  const kept = (await allDrafts()).filter((one) => one.key.endsWith("quick"));
  expect(kept.map((one) => one.value.title).sort()).toEqual(["Fix a tap", "P"]);
});

it("given a shared phone, when a day has passed, then what who left did not send is gone, and what is written now is not", async () => {
  signInAs();
  const createdAt = Date.now() - 25 * 3_600_000;
  const item = {
    ...{
      id: "i",
      idempotencyKey: "i",
      kind: "report",
      title: "Words",
      method: "POST" as const,
      path: "/reports",
    },
    ...{ state: "waiting" as const, createdAt, tries: 1, nextTryAt: 0 },
  };
  const theirs = await database("private");
  await theirs.put("outbox", item);
  setSharedPhone(true);
  await deleteOldDrafts();
  expect(await theirs.getAll("outbox")).toHaveLength(1);
  setPerson(null);
  await deleteOldDrafts();
  setSharedPhone(false);
  expect(await theirs.getAll("outbox")).toEqual([]);
});

it("given the key of an act, when a day has passed, then the device has neither the key nor the words of the act", async () => {
  signInAs();
  const act = 'act/changes/1 ["The paint is wet"]';
  const key = await keyOfAct(act, "k1");
  expect(await keyOfAct(act, "k2")).toBe(key);
  await deleteOldDrafts();
  const db = await database("private");
  expect(await db.get("challenges", act)).toBeDefined();
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 24 * 3_600_000);
  await deleteOldDrafts();
  vi.restoreAllMocks();
  expect(await db.get("challenges", act)).toBeUndefined();
});
