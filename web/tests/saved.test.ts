import { expect, it, vi } from "vitest";
import { database } from "../src/offline/database";
import { readSaved, writeSaved } from "../src/offline/saved";
import { setPerson, setSharedPhone } from "../src/session/person";
import { signInAs } from "./api";

it("given signed links, when a copy is saved, then they are left out and the rest is there", async () => {
  const stable = "/media/pictures/abc/320.webp";
  const signed = "https://bucket.example/uploads/a.webp?X-Amz-Date=1&X-Amz-Signature=secret";
  await writeSaved("public", "jobs/j1", { title: "Fix a tap", photos: [{ url: signed }, { url: stable }] });
  expect((await readSaved("public", "jobs/j1"))?.value).toEqual({
    title: "Fix a tap",
    photos: [{ url: null }, { url: stable }],
  });
});

it("given a shared phone, when something private is saved, then nothing is kept", async () => {
  signInAs();
  setSharedPhone(true);
  await writeSaved("private", "me/actions", { items: [] });
  setSharedPhone(false);
  expect(await readSaved("private", "me/actions")).toBeUndefined();
});

it("given a visitor, when something private arrives late, then nothing of it is kept", async () => {
  setPerson(null);
  await writeSaved("private", "deals/d1", { phone: "0821234567" });
  expect(await readSaved("public", "deals/d1")).toBeUndefined();
});

it("given an admin, when something private is read, then nothing of it is kept", async () => {
  setPerson({ userId: "a1", roles: ["admin"], displayName: "Ayanda" });
  await writeSaved("private", "jobs/j1", { contact: "0821234567" });
  expect(await readSaved("private", "jobs/j1")).toBeUndefined();
});

it("given a saved copy, when the phone turns out to be shared, then it is deleted", async () => {
  signInAs();
  setSharedPhone(false);
  await writeSaved("private", "deals/d2", { title: "Fix a tap" });
  setSharedPhone(true);
  const db = await database("private");
  await vi.waitFor(async () => expect(await db.get("saved", "deals/d2")).toBeUndefined());
  setSharedPhone(false);
});
