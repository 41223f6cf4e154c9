/** The keyboard and the screen reader keep their place while a form is sent, and after it. */
import { signal } from "@preact/signals";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Form, useUnfinished } from "../src/forms/Form";
import Report from "../src/screens/me/Report";
import { answers, signInAs } from "./api";
import { emptyDevice } from "./device";
import { close, find, sees, show, submitForm, tap, type } from "./screen";

beforeEach(async () => {
  signInAs(["buyer"]);
  await emptyDevice();
});
afterEach(close);

/** Writes a report, and sends it by its button, whose answer comes when it is let go. */
async function sentByButton() {
  let comes: (answer: Response) => void = () => undefined;
  const response = new Promise<Response>((done) => {
    comes = done;
  });
  answers({ "POST /reports": () => response });
  show(<Report kind="job" id="j1" />, "/report/job/j1");
  await type("reason", "They ask for money before the work.");
  const button = await find("Send the report");
  button.focus();
  await submitForm();
  await vi.waitFor(() => expect(document.querySelector("fieldset")?.disabled).toBe(true));
  return { button, answer: (given: Response) => act(() => comes(given)) };
}

it("given the focus in a form, while the form is sent, then the form has it and says so, and a refusal gives it back", async () => {
  const { button, answer } = await sentByButton();
  const form = document.querySelector("form");
  expect(document.activeElement).toBe(form);
  expect(form?.getAttribute("aria-label")).toBe("Working…");
  // when
  await answer(Response.json({ status: 409, code: "not_allowed" }, { status: 409 }));
  // then
  await vi.waitFor(() => expect(document.activeElement).toBe(button));
  expect(form?.hasAttribute("aria-label")).toBe(false);
});

it("given the focus elsewhere, while a form is sent, then it stays there", async () => {
  const busy = signal(false);
  function Both() {
    return (
      <>
        <button type="button">Other</button>
        <Form busy={busy.value} onSend={() => undefined}>
          <button type="submit">Send</button>
        </Form>
      </>
    );
  }
  show(<Both />);
  const other = await find("Other");
  other.focus();
  for (const now of [true, false]) {
    await act(() => {
      busy.value = now;
    });
    expect(document.activeElement).toBe(other);
  }
});

it("given a form that goes when it is sent, then the heading of the page has the focus", async () => {
  const { answer } = await sentByButton();
  await answer(Response.json({ id: "r1" }, { status: 201 }));
  await vi.waitFor(() => expect(document.querySelector("form")).toBeNull());
  await vi.waitFor(() => expect(document.activeElement?.tagName).toBe("H1"));
});

function Photo({ photo }: { photo: Promise<unknown> }) {
  const unfinished = useUnfinished();
  return (
    <button type="button" onClick={() => unfinished(photo)}>
      Add
    </button>
  );
}

it("given a photo that is still being made small, when send is tapped twice, then it says that it works and sends once", async () => {
  // given
  let ready: (value: unknown) => void = () => undefined;
  const photo = new Promise((done) => {
    ready = done;
  });
  const sent = vi.fn();
  show(
    <Form onSend={sent}>
      <Photo photo={photo} />
    </Form>,
  );
  await tap("Add");
  // when
  await submitForm();
  await submitForm();
  // then
  expect(document.querySelector("fieldset")?.disabled).toBe(true);
  await act(() => ready("one"));
  await vi.waitFor(() => expect(document.querySelector("fieldset")?.disabled).toBe(false));
  expect(sent).toHaveBeenCalledTimes(1);
});

it("given a photo that fails, when the form was sent before, then the form is sent without it", async () => {
  let fails: (cause: Error) => void = () => undefined;
  const photo = new Promise((_done, fail) => {
    fails = fail;
  });
  const sent = vi.fn();
  show(
    <Form onSend={sent}>
      <Photo photo={photo} />
    </Form>,
  );
  await tap("Add");
  await submitForm();
  await act(() => fails(new Error("no picture")));
  await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(1));
});

it("given a form that waits for a photo, when its page is left, then it is not sent from the next page", async () => {
  let ready: (value: unknown) => void = () => undefined;
  const photo = new Promise((done) => {
    ready = done;
  });
  const sent = vi.fn();
  show(
    <Form onSend={sent}>
      <Photo photo={photo} />
    </Form>,
  );
  await tap("Add");
  await submitForm();
  show(<p>Next</p>);
  ready("one");
  await sees("Next");
  await new Promise((done) => setTimeout(done, 20));
  expect(sent).not.toHaveBeenCalled();
});
