import { expect, it } from "vitest";
import { readSaved, writeSaved } from "../src/offline/saved";
import { setSharedPhone } from "../src/session/person";

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
  setSharedPhone(true);
  await writeSaved("private", "me/actions", { items: [] });
  setSharedPhone(false);
  expect(await readSaved("private", "me/actions")).toBeUndefined();
});
