import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { Refusal } from "../src/api/problems";
import { ErrorSummary } from "../src/forms/ErrorSummary";
import { errorsOf } from "../src/forms/errors";
import { FailureNote } from "../src/forms/FailureNote";
import { FaultNumber } from "../src/forms/FaultNumber";
import { SuspendedNote } from "../src/forms/SuspendedNote";
import { outbox, remove, sendAgain, submit } from "../src/offline/outbox";
import Report from "../src/screens/me/Report";
import { answers, noNetwork, problem, signInAs } from "./api";
import { close, linkTo, show, words } from "./screen";

afterEach(() => close());

function refusal(): Refusal {
  const errors = [{ field: "title", code: "no_such_code", message: "Too short.", params: {} }];
  return new Refusal(new Response(null, { status: 422 }), { code: "invalid", errors });
}

it("given errors of the API, when the person types, then the focus stays in the field", async () => {
  const refused = refusal();
  function Form() {
    return (
      <>
        <ErrorSummary errors={errorsOf(refused)} />
        <input id="title" />
      </>
    );
  }
  await act(() => render(<Form />, document.body));
  const field = document.getElementById("title");
  field?.focus();
  await act(() => render(<Form />, document.body));
  expect(document.activeElement).toBe(field);
});

it("given a suspended person, when an act is refused, then it says why, whom to ask and how to get the data", async () => {
  const params = { reason: "Several people were not paid." };
  const refused = new Refusal(new Response(null, { status: 403 }), { code: "suspended", params });
  await act(() => render(<SuspendedNote refusal={refused} address="help@example.org" />, document.body));
  expect(words()).toContain("Your account is suspended.");
  expect(words()).toContain("Several people were not paid.");
  expect(linkTo("help@example.org")).toBe("mailto:help@example.org");
  expect(linkTo("Get my data")).toBe("/me/settings/export");
});

it.each([
  ["a fault of Khaya's", 500, "internal_error", true],
  ["a refusal that the app does not know", 418, "teapot", true],
  ["a refusal that the person can do something about", 401, "wrong_code", false],
])("given %s, then its number is shown where it helps (%i %s)", async (_name, status, code, isShown) => {
  const refused = new Refusal(new Response(null, { status }), { code, requestId: "r1" });
  await act(() => render(<FailureNote failure={refused} />, document.body));
  expect(words().includes("Write down this number in case it happens again: r1")).toBe(isShown);
});

it("given an operator with an address, then a fault's number is ready to be sent there", async () => {
  const fault = new Refusal(new Response(null, { status: 500 }), { code: "internal_error", requestId: "r1" });
  await act(() => render(<FaultNumber failure={fault} address="help@example.org" />, document.body));
  expect(linkTo("Write to help@example.org")).toBe("mailto:help@example.org?subject=Khaya%20r1");
});

it("given a limit for most of an hour, then the time to wait is told in minutes", async () => {
  const response = new Response(null, { status: 429, headers: { "Retry-After": "3056" } });
  const refused = new Refusal(response, { code: "too_many_checkouts" });
  await act(() => render(<FailureNote failure={refused} />, document.body));
  expect(words()).toContain("You can try again in 51 minutes");
});

it("given a form with errors, when they are mended, then its title says no error any more", async () => {
  document.title = "Post a job – Khaya";
  await act(() => render(<ErrorSummary errors={{ title: "Too short." }} />, document.body));
  expect(document.title).toBe("Error: Post a job – Khaya");
  await act(() => render(<ErrorSummary errors={{}} />, document.body));
  expect(document.title).toBe("Post a job – Khaya");
});

it("given a report that was refused later, then its own form has its words, and that of another report has not", async () => {
  signInAs();
  answers({ "POST /reports": noNetwork });
  const reason = "It asks for money before the work";
  const body = { kind: "job", id: "j1", reason };
  const item = { id: "r1", kind: "report", title: reason, method: "POST", path: "/reports", body } as const;
  await submit({ ...item, editPath: "/report/job/j1" });
  answers({ "POST /reports": problem(409, "already_reported") });
  await sendAgain("r1");
  expect(outbox.value.map((one) => one.state)).toEqual(["needs_you"]);

  await act(() => show(<Report kind="job" id="j2" />, "/report/job/j2"));
  await new Promise((done) => setTimeout(done, 50));
  expect(outbox.value).toHaveLength(1);
  await act(() => show(<Report kind="job" id="j1" />, "/report/job/j1"));
  const text = () => document.querySelector("textarea")?.value;
  await vi.waitFor(() => expect(text()).toBe(reason));
  await remove("r1");
});
