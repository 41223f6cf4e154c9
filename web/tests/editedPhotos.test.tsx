import type { ComponentChild } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { forget } from "../src/api/query";
import { database } from "../src/offline/database";
import { addPhotos } from "../src/offline/drafts";
import { outbox, sendNow } from "../src/offline/outbox";
import EditJob from "../src/screens/buyer/EditJob";
import EditMaterial from "../src/screens/seller/EditMaterial";
import { type Asked, answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { LISTING as SAMPLE } from "./publicSamples";
import { job } from "./samples";
import { close, open, sees, show, words } from "./screen";

interface Edited {
  name: string;
  address: string;
  draft: string;
  purpose: string;
  of: (photos: object[], version?: number) => object;
  screen: () => ComponentChild;
}

const LISTING = { ...SAMPLE, id: "l1", sellerId: "u1", status: "active", moderation: null };
const THINGS: Edited[] = [
  {
    name: "a job",
    address: "/jobs/j1",
    draft: "edit/j1",
    purpose: "job",
    of: (photos, version = 3) => ({ ...job({ id: "j1", buyerId: "u1", version }), photos }),
    screen: () => <EditJob id="j1" />,
  },
  {
    name: "a listing",
    address: "/listings/l1",
    draft: "material/l1",
    purpose: "listing",
    of: (photos, version = 3) => ({ ...LISTING, photos, version }),
    screen: () => <EditMaterial id="l1" />,
  },
];

function picture(key: string): object {
  return { key, url: `/media/${key}.webp`, urls: null, width: 320, height: 240, state: "ready" };
}

/** Keeps a photo on the phone that comes to the photos of the form, and is uploaded under a key. */
async function withNewPhoto(thing: Edited, key: string): Promise<void> {
  await (await database("private")).put("pictures", {
    id: "new",
    blob: new Blob(["x"], { type: "image/webp" }),
    width: 8,
    height: 8,
    createdAt: Date.now(),
    upload: { key, purpose: thing.purpose, at: Date.now() },
  });
  await addPhotos(thing.draft, thing.address, ["new"], 5);
}

function serves(thing: Edited, present: () => object, change: (asked: Asked) => unknown): Asked[] {
  return answers({
    "GET /config": { escrow: { feePercent: 5 } },
    "GET /places": { items: [], sources: [] },
    [`GET ${thing.address}`]: () => present(),
    [`PATCH ${thing.address}`]: change,
  });
}

function sent(asked: Asked[]): unknown[] {
  return asked.filter((one) => one.method === "PATCH").map((one) => one.body);
}

async function tapOn(photo: number, button: string): Promise<void> {
  const figure = await vi.waitFor(() => {
    const found = document.querySelectorAll("figure")[photo - 1];
    if (!found) throw new Error(`no photo ${photo}`);
    return found;
  });
  const found = [...figure.querySelectorAll("button")].find((one) => one.textContent?.includes(button));
  found?.click();
  await vi.waitFor(() => expect(figure.textContent).not.toContain(button));
}

/** Saves the form that has the photos. */
async function save(): Promise<void> {
  const form = document.querySelector("figure")?.closest("form");
  await act(() => void form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
}

const realNow = Date.now;
let minutes = 0;

describe.each(THINGS)("the photos of $name", (thing) => {
  beforeEach(async () => {
    close();
    minutes += 1; // the outbox sends so many things a minute
    vi.spyOn(Date, "now").mockImplementation(() => realNow() + minutes * 60_000);
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:new");
    signInAs(["buyer", "seller"]);
    await emptyDevice();
  });

  it("given three, when one is removed, then the others stay under their keys, and nothing is uploaded", async () => {
    const now = thing.of(["a", "b", "c"].map(picture));
    const asked = serves(
      thing,
      () => now,
      () => now,
    );
    await open(thing.address, thing.screen());
    await tapOn(2, "Remove");
    await save();
    await vi.waitFor(() => expect(sent(asked)).toEqual([{ photos: ["a", "c"] }]));
    expect(asked.map((one) => one.path)).not.toContain("/uploads");
  });

  it("given two and a new one, when it is saved, then the new one comes after those that are there", async () => {
    const now = thing.of(["a", "b"].map(picture));
    const asked = serves(
      thing,
      () => now,
      () => now,
    );
    await withNewPhoto(thing, "n");
    await open(thing.address, thing.screen());
    await tapOn(1, "Remove");
    await save();
    await vi.waitFor(() => expect(sent(asked)).toEqual([{ photos: ["b", "n"] }]));
  });

  it("given one that was removed, when it is put back, then there is nothing to send", async () => {
    const now = thing.of(["a"].map(picture));
    const asked = serves(
      thing,
      () => now,
      () => now,
    );
    await open(thing.address, thing.screen());
    await tapOn(1, "Remove");
    expect(words()).toContain("This photo will go.");
    await tapOn(1, "Put it back");
    await save();
    await new Promise((done) => setTimeout(done, 50));
    expect(sent(asked)).toEqual([]);
  });

  it("given a saved copy without photos, when the newer one comes, then its photos can be removed", async () => {
    let now = thing.of([], 2);
    const asked = serves(
      thing,
      () => now,
      () => now,
    );
    await open(thing.address, thing.screen());
    await vi.waitFor(() => expect(document.getElementById("photos")).not.toBeNull());
    close();
    forget();
    now = thing.of(["a", "b"].map(picture));
    await act(() => show(thing.screen(), thing.address));
    await tapOn(1, "Remove");
    await save();
    await vi.waitFor(() => expect(sent(asked)).toEqual([{ photos: ["b"] }]));
  });

  it("given five, then there is no room for more until one is removed", async () => {
    const now = thing.of(["a", "b", "c", "d", "e"].map(picture));
    serves(
      thing,
      () => now,
      () => now,
    );
    await open(thing.address, thing.screen());
    await tapOn(5, "Remove");
    expect(document.querySelector("input[type=file]")).not.toBeNull();
    await tapOn(5, "Put it back");
    expect(document.querySelector("input[type=file]")).toBeNull();
  });

  it("given a photo that came on another phone, when one is removed here, then the other one stays", async () => {
    let now = thing.of(["a", "b"].map(picture));
    const asked = serves(
      thing,
      () => now,
      (one) => {
        now = thing.of(["a", "b", "other"].map(picture), 4);
        return one.headers.get("If-Match") === '"4"' ? now : problem(412, "stale_version");
      },
    );
    await open(thing.address, thing.screen());
    await tapOn(1, "Remove");
    await save();
    await vi.waitFor(() => expect(sent(asked)).toEqual([{ photos: ["b"] }, { photos: ["b", "other"] }]));
  });

  it("given no network, when a photo is removed and one added, then both wait together and go out later", async () => {
    const now = thing.of(["a", "b"].map(picture));
    let reached = false;
    const asked = serves(
      thing,
      () => now,
      () => (reached ? now : noNetwork()),
    );
    await withNewPhoto(thing, "n");
    await open(thing.address, thing.screen());
    await tapOn(1, "Remove");
    await save();
    await sees("Kept on this phone.");
    expect(outbox.value).toHaveLength(1);
    reached = true;
    await sendNow();
    expect(sent(asked).at(-1)).toEqual({ photos: ["b", "n"] });
  });

  it("given an answer that was lost, when the change goes again, then the new photo is there once", async () => {
    let now = thing.of(["a"].map(picture));
    const asked = serves(
      thing,
      () => now,
      (one) => {
        if (one.headers.get("If-Match") === '"4"') return now;
        if (sent(asked).length > 1) return problem(412, "stale_version");
        now = thing.of(["a", "n"].map(picture), 4);
        return noNetwork();
      },
    );
    await withNewPhoto(thing, "n");
    await open(thing.address, thing.screen());
    await vi.waitFor(() => expect(document.querySelector("figure")).not.toBeNull());
    await save();
    await sees("Kept on this phone.");
    await act(() => sendNow());
    await vi.waitFor(() => expect(words()).not.toContain("Kept on this phone."));
    if (sent(asked).length === 2) await save(); // the form of a listing shows first what came back
    const versions = () => asked.map((one) => one.headers.get("If-Match")).filter(Boolean);
    await vi.waitFor(() => expect(versions().at(-1)).toBe('"4"'));
    expect(sent(asked).at(-1)).toEqual({ photos: ["a", "n"] });
  });
});
