/** What somebody does while a form is being sent: no word is lost, nothing is sent twice, and counts add up. */
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Form, useUnfinished } from "../src/forms/Form";
import { database } from "../src/offline/database";
import { useDraft } from "../src/offline/drafts";
import { NO_VALUES, useSending } from "../src/offline/useSending";
import Report from "../src/screens/me/Report";
import { EditForm } from "../src/screens/seller/EditForm";
import OwnMaterials from "../src/screens/seller/OwnMaterials";
import { answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { LISTING } from "./publicSamples";
import { close, find, sees, show, submitForm, tap, type, words } from "./screen";

const OWN = { ...LISTING, id: "l1", sellerId: "u1", stock: 10, status: "active", moderation: null };

/** An answer that comes when it is let go. */
function later<T>(): { answer: Promise<T>; comes: (value: T) => void } {
  let comes: (value: T) => void = () => undefined;
  const answer = new Promise<T>((done) => {
    comes = done;
  });
  return { answer, comes };
}

beforeEach(async () => {
  signInAs(["buyer", "seller"]);
  await emptyDevice();
});
afterEach(close);

it("given a form on its way, then its fields are locked until the answer, and one that was refused can be changed", async () => {
  // given
  const { answer, comes } = later<Response>();
  answers({ "POST /reports": () => answer });
  show(<Report kind="job" id="j1" />, "/report/job/j1");
  await type("reason", "They ask for money before the work.");
  const field = document.getElementById("reason") as HTMLTextAreaElement;
  const locked = () => field.closest("fieldset")?.disabled;
  // when
  await submitForm();
  // then
  await vi.waitFor(() => expect(locked()).toBe(true));
  await act(() => comes(Response.json({ status: 422, code: "invalid" }, { status: 422 })));
  await vi.waitFor(() => expect(locked()).toBe(false));
  expect(field.value).toBe("They ask for money before the work.");
});

it("given a material that was changed elsewhere, then its form stays locked until both are compared, and also opens without an answer", async () => {
  // given
  const { answer, comes } = later<Response>();
  const asked = answers({
    "PATCH /listings/l1": problem(412, "stale_version"),
    "GET /listings/l1": () => answer,
  });
  show(<EditForm listing={OWN as never} onChanged={() => undefined} />, "/me/materials/l1");
  await type("title", "Bricks, hardly used");
  const locked = () =>
    document.getElementById("title")?.closest<HTMLFieldSetElement>("fieldset.lock")?.disabled;
  // when
  await submitForm();
  await vi.waitFor(() => expect(asked.map((one) => one.method)).toContain("GET"));
  await new Promise((done) => setTimeout(done, 20));
  // then
  expect(locked()).toBe(true);
  await act(() => comes(Response.json({ status: 503, code: "unavailable" }, { status: 503 })));
  await vi.waitFor(() => expect(locked()).toBe(false));
});

it("given a photo that is still being made small, when the form is sent, then it waits for the photo", async () => {
  // given
  const { answer: photo, comes } = later<string>();
  const sent: string[] = [];
  let photos = "none";
  function Photo() {
    const unfinished = useUnfinished();
    return (
      <button
        type="button"
        onClick={() =>
          unfinished(
            photo.then((one) => {
              photos = one;
            }),
          )
        }
      >
        Add
      </button>
    );
  }
  show(
    <Form onSend={() => sent.push(photos)}>
      <Photo />
    </Form>,
  );
  await tap("Add");
  // when
  await submitForm();
  // then
  expect(sent).toEqual([]);
  comes("one");
  await vi.waitFor(() => expect(sent).toEqual(["one"]));
});

it("given words that are changed while others are sent, then they stay as another draft under another key", async () => {
  // given
  const { answer, comes } = later<object>();
  const asked = answers({ "POST /reports": () => answer });
  let draft: ReturnType<typeof useDraft<{ text: string }>> | undefined;
  let sending: ReturnType<typeof useSending> | undefined;
  function Both() {
    draft = useDraft("both", { text: "" });
    sending = useSending(draft);
    return <p>{draft.values.value.text}</p>;
  }
  show(<Both />);
  await vi.waitFor(() => expect(draft?.ready.value).toBe(true));
  act(() => draft?.change({ text: "first" }));
  const key = draft?.key();
  // when
  const sent = sending?.send({
    kind: "report",
    title: "t",
    method: "POST",
    path: "/reports",
    body: { text: "first" },
  });
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  act(() => draft?.change({ text: "second" }));
  comes({ id: "p1" });
  await sent;
  // then
  expect(draft?.values.value).toEqual({ text: "second" });
  await draft?.kept();
  const kept = await (await database("private")).getAll("drafts");
  expect(kept.map((one) => one.value)).toEqual([{ text: "second" }]);
  expect(kept[0]?.idempotencyKey).not.toBe(key);
});

it("given a stock change on its way, when more come in, then what is sent and what is shown add up", async () => {
  // given
  const { answer, comes } = later<object>();
  let stock = 10;
  const asked = answers({
    "GET /listings/mine": () => ({ items: [{ ...OWN, stock }], nextCursor: null }),
    "POST /listings/l1/stock": () => answer,
  });
  show(<OwnMaterials />, "/me/materials");
  await tap("One more");
  await tap("Save: 10 to 11");
  await vi.waitFor(() => expect(asked.filter((one) => one.method === "POST")).toHaveLength(1));
  // when
  await tap("One more");
  await tap("One more");
  stock = 11;
  await act(() => comes({ ...OWN, stock }));
  // then
  await find("Save: 11 to 13");
  await tap("Save: 11 to 13");
  await vi.waitFor(() => expect(asked.filter((one) => one.method === "POST")).toHaveLength(2));
  expect(asked.filter((one) => one.method === "POST").map((one) => one.body)).toEqual([
    { delta: 1 },
    { delta: 2 },
  ]);
});

it("given a button whose act waits, when it arrives, then the screen is told", async () => {
  // given
  let network = false;
  answers({ "DELETE /listings/l1": () => (network ? OWN : noNetwork()) });
  const told = vi.fn();
  let sending: ReturnType<typeof useSending> | undefined;
  function Off() {
    sending = useSending(NO_VALUES, undefined, { onSent: told });
    return <p>{sending.outcome.value?.state}</p>;
  }
  show(<Off />);
  await act(async () => {
    await sending?.send({ kind: "listing_change", title: "t", method: "DELETE", path: "/listings/l1" });
  });
  await sees("waiting");
  expect(told).not.toHaveBeenCalled();
  // when
  network = true;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
  const { sendWaiting } = await import("../src/offline/outbox");
  await act(() => sendWaiting());
  vi.useRealTimers();
  // then
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
  expect(words()).toContain("sent");
});
