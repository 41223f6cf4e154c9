import { beforeEach, expect, it, vi } from "vitest";
import SignIn from "../src/screens/sign-in/SignIn";
import { setPerson } from "../src/session/person";
import { answers } from "./api";
import { open, submitForm, tap, type, words } from "./screen";

beforeEach(() => setPerson(null));

function contact(): Record<string, string | null> {
  const field = document.getElementById("contact");
  return Object.fromEntries(
    ["type", "inputmode", "autocomplete"].map((name) => [name, field?.getAttribute(name) ?? null]),
  );
}

it("given somebody with an e-mail address, when they choose it, then the keys have letters and the code goes there", async () => {
  const asked = answers({ "POST /auth/codes": { challenge: "c1", expiresIn: 600 } });
  await open("/sign-in", <SignIn />);
  expect(contact()).toEqual({ type: "tel", inputmode: "tel", autocomplete: "tel" });
  await tap("Use e-mail instead");
  expect(contact()).toEqual({ type: "email", inputmode: "email", autocomplete: "email" });
  expect(words()).toContain("E-mail address");
  await type("contact", "thandi@example.com");
  await submitForm();
  await vi.waitFor(() =>
    expect(asked).toMatchObject([{ path: "/auth/codes", body: { username: "thandi@example.com" } }]),
  );
});

it("given the e-mail field, when they go back to the number, then the digits' keys and an empty field are there", async () => {
  await open("/sign-in", <SignIn />);
  await tap("Use e-mail instead");
  await type("contact", "thandi@");
  await tap("Use a phone number instead");
  expect(contact()).toEqual({ type: "tel", inputmode: "tel", autocomplete: "tel" });
  expect((document.getElementById("contact") as HTMLInputElement).value).toBe("");
});
