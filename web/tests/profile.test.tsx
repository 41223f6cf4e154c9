import { beforeEach, expect, it } from "vitest";
import EditProfile from "../src/screens/me/EditProfile";
import { type Asked, answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { close, open, sees, submitForm, tap, type, words } from "./screen";

const PROFILE = {
  userId: "u1",
  roles: ["worker"],
  displayName: "Sipho",
  location: "KwaMashu",
  bio: "I paint houses.",
  trades: ["painting"],
  yearsExperience: 4,
  availability: "available",
  photoUrl: null,
  verified: false,
  completion: 60,
  version: 3,
};
const STALE = problem(412, "stale_version");

beforeEach(async () => {
  close();
  signInAs();
  await emptyDevice();
});

/** Answers reads of the profile by turns, the last one again and again, and changes by their version. */
function profileOf(...reads: object[]): Asked[] {
  let read = 0;
  const newest = { ...PROFILE, ...reads.at(-1) };
  return answers({
    "GET /profiles/me": () => ({ ...PROFILE, ...reads[Math.min(read++, reads.length - 1)] }),
    "PATCH /profiles/me": (asked: Asked) =>
      asked.headers.get("If-Match") === `"${newest.version}"` ? newest : STALE,
  });
}

function changes(asked: Asked[]): [string | null, unknown][] {
  return asked
    .filter((one) => one.method === "PATCH")
    .map(({ headers, body }) => [headers.get("If-Match"), body]);
}

it("given a profile, when one field is changed, then only it is sent, for the version that was read", async () => {
  const asked = profileOf({});
  await open("/me/edit", <EditProfile />);
  await type("bio", "I paint and tile.");
  await submitForm();
  await sees("saved");
  expect(changes(asked)).toEqual([['"3"', { bio: "I paint and tile." }]]);
});

it("given a change on another phone, when both are saved, then each field shows both values, and the choice is kept", async () => {
  const asked = profileOf({}, { version: 4, bio: "I tile.", location: "Umlazi", availability: "busy" });
  await open("/me/edit", <EditProfile />);
  await type("bio", "I paint and tile.");
  await type("location", "Durban");
  await submitForm();
  await sees("I tile.");
  for (const text of ["I paint and tile.", "Umlazi", "Durban"]) expect(words()).toContain(text);
  const choices = [...document.querySelectorAll<HTMLInputElement>("input[type=radio]")];
  const choose = (name: string, value: string) =>
    choices.find((one) => one.name === name && one.value === value)?.click();
  choose("bio", "mine");
  choose("location", "newer");
  await submitForm();
  await sees("saved");
  expect(changes(asked).at(-1)).toEqual(['"4"', { bio: "I paint and tile." }]);
});

it("given a change whose answer was lost, when it is tried again, then equal fields mean that it is done", async () => {
  let tries = 0;
  answers({
    "GET /profiles/me": () => ({ ...PROFILE, ...(tries ? { bio: "I tile.", version: 4 } : {}) }),
    "PATCH /profiles/me": () => {
      tries += 1;
      return STALE;
    },
  });
  await open("/me/edit", <EditProfile />);
  await type("bio", "I tile.");
  await submitForm();
  await sees("saved");
  expect(tries).toBe(1);
});

it("given a stale change, when the profile cannot be read, then it says so, and tries again on a tap", async () => {
  let reads = 0;
  answers({
    "GET /profiles/me": () => {
      reads += 1;
      return reads === 2
        ? noNetwork()
        : { ...PROFILE, ...(reads > 2 ? { bio: "I build.", version: 4 } : {}) };
    },
    "PATCH /profiles/me": STALE,
  });
  await open("/me/edit", <EditProfile />);
  await type("bio", "I tile.");
  await submitForm();
  await tap("Try again");
  await sees("I build.");
});

it("given more than 5 trades, when the profile is saved, then nothing is sent and the field says why", async () => {
  const asked = profileOf({});
  await open("/me/edit", <EditProfile />);
  await type("trades", "a, b, c, d, e, f");
  await submitForm();
  await sees("Please correct this");
  expect(changes(asked)).toEqual([]);
});
