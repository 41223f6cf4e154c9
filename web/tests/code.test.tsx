import { beforeEach, expect, it, vi } from "vitest";
import Code from "../src/screens/sign-in/Code";
import { keepChallenge } from "../src/session/challenge";
import { setPerson } from "../src/session/person";
import { answers, problem } from "./api";
import { open, sees, tap, type, words } from "./screen";

const SENT = { challenge: "c2", expiresIn: 600 };

beforeEach(() => setPerson(null));

async function codePageFor(contact: string): Promise<void> {
  // biome-ignore lint/suspicious/noThenProperty: the page after the sign-in has this name
  await keepChallenge({ challenge: "c1", contact, then: "/", endsAt: Date.now() + 60_000 });
  await open("/code", <Code />);
  await sees("No message?");
}

it.each([
  ["Send a new code", "/auth/sign-up", { phone: "0821234567" }, "A new code is on its way."],
  [
    "Send it by WhatsApp",
    "/auth/sign-up",
    { phone: "0821234567", channel: "whatsapp" },
    "A new code is on its way.",
  ],
  [
    "Send it by e-mail",
    "/auth/codes",
    { username: "0821234567", channel: "email" },
    "If your account has an e-mail",
  ],
])(
  "given no message on a phone, when the person taps %s, then another code is asked for",
  async (button, path, body, said) => {
    const asked = answers({ "POST /auth/sign-up": SENT, "POST /auth/codes": SENT });
    await codePageFor("0821234567");
    await tap(button);
    await sees(said);
    expect(asked).toMatchObject([{ path, body: { ...body, language: "en" } }]);
  },
);

it("given a code that went by e-mail, then only another e-mail is offered", async () => {
  answers({});
  await codePageFor("thandi@example.com");
  expect(words()).not.toContain("WhatsApp");
  expect(words()).not.toContain("Send it by e-mail");
});

it("given a wrong code, then the next steps are said, and the empty field waits for the next try", async () => {
  answers({ "POST /auth/tokens": problem(401, "wrong_code") });
  await codePageFor("0821234567");
  await type("code", "123456");
  await sees("That code is not right. Type it again, or get a new code.");
  const field = document.getElementById("code") as HTMLInputElement;
  await vi.waitFor(() => expect(field.value).toBe(""));
  expect(document.activeElement).toBe(field);
  expect(document.querySelector("details")?.open).toBe(true);
});

it("given a wrong code, when another code is asked for, then nothing says any more that it was wrong", async () => {
  answers({ "POST /auth/tokens": problem(401, "wrong_code"), "POST /auth/sign-up": SENT });
  await codePageFor("0821234567");
  await type("code", "123456");
  await sees("That code is not right.");
  await tap("Send a new code");
  await sees("A new code is on its way.");
  expect(words()).not.toContain("That code is not right.");
});
