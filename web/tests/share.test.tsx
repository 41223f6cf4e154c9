import { beforeEach, expect, it, vi } from "vitest";
import manifest from "../public/manifest.webmanifest?raw";
import { database } from "../src/offline/database";
import { adoptDrafts, allDrafts } from "../src/offline/drafts";
import { deleteOldDrafts } from "../src/offline/oldDrafts";
import { isShare, keepShared } from "../src/offline/sharedFiles";
import SharedPhotos from "../src/screens/share/SharedPhotos";
import { leave } from "../src/session/leave";
import { setPerson } from "../src/session/person";
import { answers, noNetwork, signInAs } from "./api";
import { emptyDevice } from "./device";
import { close, find, open, sees, tap, words } from "./screen";

const ORIGIN = "https://khaya.example";
const SHARE = `${ORIGIN}/share`;
const PHOTO = new File(["photo"], "wall.jpg", { type: "image/jpeg" });

/** What a phone keeps for the page, as a browser's Cache Storage. */
let kept: Map<string, Response>;

beforeEach(async () => {
  close();
  kept = new Map();
  const cache = {
    put: async (key: string, answer: Response) => void kept.set(new URL(key, ORIGIN).href, answer),
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    match: async ({ url }: { url: string }) => kept.get(url)?.clone(),
    delete: async ({ url }: { url: string }) => kept.delete(url),
  };
  vi.stubGlobal("caches", { open: async () => cache, delete: async () => kept.clear() });
  vi.stubGlobal("createImageBitmap", async (file: Blob) => {
    if (!file.type.startsWith("image/")) throw new DOMException("no picture");
    return { width: 800, height: 600, close: () => undefined };
  });
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:small");
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
  HTMLCanvasElement.prototype.toBlob = (done) => done(new Blob(["small"], { type: "image/webp" }));
  setPerson(null);
  const visitors = await database("public");
  for (const store of ["drafts", "pictures"] as const) await visitors.clear(store);
  signInAs();
  await emptyDevice();
});

/** Returns the request with which a phone opens the page for shared files. */
function shareOf(files: File[], more: Partial<Request> = {}): Request {
  const form = new FormData();
  for (const file of files) form.append("photos", file);
  return {
    method: "POST",
    url: SHARE,
    mode: "navigate",
    referrer: "",
    formData: async () => form,
    ...more,
  } as Request;
}

async function photosOf(name: string, of: "public" | "private"): Promise<unknown> {
  return (await (await database(of)).get("drafts", name))?.value.photos;
}

it("given the manifest, then a phone sends photos to the address at which the service worker keeps them", () => {
  const target = JSON.parse(manifest).share_target;
  expect(isShare({ method: target.method, url: ORIGIN + target.action } as Request, ORIGIN)).toBe(true);
  expect(target.params.files).toEqual([{ name: "photos", accept: ["image/*"] }]);
  expect(target.enctype).toBe("multipart/form-data");
});

it.each([
  ["of another site", { url: "https://other.example/share" }],
  ["to another address", { url: `${ORIGIN}/api/share` }],
  ["that only reads", { method: "GET" }],
])("given a request %s, then it is no share", (_name, more) => {
  expect(isShare(shareOf([PHOTO], more), ORIGIN)).toBe(false);
});

it("given two photos and a file, when they are shared, then the photos wait, the page opens, and nothing is sent", async () => {
  const asked = answers({});
  const file = new File(["x"], "list.pdf", { type: "application/pdf" });
  const answer = await keepShared(shareOf([PHOTO, file, PHOTO]), ORIGIN);
  expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/share"]);
  expect([...kept.values()].map((one) => one.headers.get("Content-Type"))).toEqual([
    "image/jpeg",
    "image/jpeg",
  ]);
  expect(asked).toEqual([]);
});

it.each([
  ["a form of another site", { referrer: "https://other.example/form" }],
  ["a script", { mode: "cors" as const }],
  ["what cannot be read", { formData: () => Promise.reject(new TypeError("unreadable")) }],
])("given a share by %s, then nothing is kept, and the page opens all the same", async (_name, more) => {
  const answer = await keepShared(shareOf([PHOTO], more), ORIGIN);
  expect(answer.headers.get("Location")).toBe("/share");
  expect(kept.size).toBe(0);
});

it("given a visitor, when they share a photo for a job, then the new job has it, made small, after sign-in too", async () => {
  setPerson(null);
  await keepShared(shareOf([PHOTO]), ORIGIN);
  await open("/share", <SharedPhotos />);
  await sees("Nothing is sent yet");
  expect(kept.size).toBe(0);
  await find("Sign in");
  await tap("Post a job");
  await vi.waitFor(() => expect(location.pathname).toBe("/post"));
  const [id] = (await photosOf("job", "public")) as string[];
  expect((await (await database("public")).get("pictures", id as string))?.width).toBe(800);
  signInAs();
  await adoptDrafts();
  expect(await photosOf("job", "private")).toEqual([id]);
});

it("given a worker with work to hand in and a problem, when they share a photo, then it goes to the one they choose", async () => {
  const action = { kind: "worker", listingId: null, dueAt: null, amountCents: null };
  answers({
    "GET /me/actions": {
      items: [
        { ...action, action: "hand_in", jobId: "j1", title: "Paint a wall" },
        { ...action, action: "add_evidence", jobId: "j2", title: "Fix a tap" },
        { ...action, action: "review", jobId: "j3", title: "Cut grass" },
      ],
    },
  });
  await keepShared(shareOf([PHOTO]), ORIGIN);
  await open("/share", <SharedPhotos />);
  await find("Add evidence: Fix a tap");
  expect(words()).not.toContain("Cut grass");
  await tap("Hand in work: Paint a wall");
  await vi.waitFor(() => expect(location.pathname).toBe("/deals/j1/submit"));
  expect(await photosOf("submission/j1", "private")).toHaveLength(1);
  expect((await allDrafts()).map((one) => one.key)).toEqual(["submission/j1"]);
});

it("given a form that has 4 photos, when 3 are shared for it, then it takes one, and the others stay for later", async () => {
  answers({ "GET /me/actions": { items: [] } });
  await (await database("private")).put("drafts", {
    key: "material/new",
    value: { title: "Bricks", photos: ["a", "b", "c", "d"] },
    idempotencyKey: "k",
    path: "/me/materials/new",
    updatedAt: Date.now(),
  });
  await keepShared(shareOf([PHOTO, PHOTO, PHOTO]), ORIGIN);
  await open("/share", <SharedPhotos />);
  await tap("Sell a material");
  await vi.waitFor(() => expect(location.pathname).toBe("/me/materials/new"));
  const listing = (await (await database("private")).get("drafts", "material/new"))?.value;
  expect(listing).toMatchObject({ title: "Bricks", photos: { length: 5 } });
  expect(await photosOf("shared", "private")).toHaveLength(2);
  await open("/share", <SharedPhotos />);
  await tap("Sell a material");
  await sees("That form has 5 photos already");
  expect(await photosOf("shared", "private")).toHaveLength(2);
});

it("given a file that is no picture, when it is shared, then the page says so and keeps nothing", async () => {
  answers({ "GET /me/actions": { items: [] } });
  await keepShared(shareOf([PHOTO]), ORIGIN);
  vi.stubGlobal("createImageBitmap", () => Promise.reject(new DOMException("broken")));
  await open("/share", <SharedPhotos />);
  await sees("No photos came");
  expect(kept.size).toBe(0);
});

it("given photos that no page took, when the person signs out or minutes pass, then they are gone", async () => {
  answers({ "POST /auth/sign-out": null });
  await keepShared(shareOf([PHOTO]), ORIGIN);
  await deleteOldDrafts();
  expect(kept.size).toBe(1);
  await leave();
  expect(kept.size).toBe(0);
  await keepShared(shareOf([PHOTO]), ORIGIN);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 11 * 60_000);
  await deleteOldDrafts();
  vi.restoreAllMocks();
  expect(kept.size).toBe(0);
});

it("given a phone that is full, when photos are shared, then the page opens and says that some are missing", async () => {
  answers({ "GET /me/actions": { items: [] } });
  const cache = await caches.open("");
  const put = cache.put;
  cache.put = async (key, answer) => {
    if (kept.size) throw new DOMException("no room", "QuotaExceededError");
    return put(key, answer);
  };
  const answer = await keepShared(shareOf([PHOTO, PHOTO]), ORIGIN);
  expect(answer.status).toBe(303);
  await open(answer.headers.get("Location") ?? "", <SharedPhotos />);
  await sees("The phone is full, so photos are missing.");
  await find("Sell a material");
  expect(location.search).toBe("");
});

it("given more photos than one share takes, then the page says which came", async () => {
  answers({ "GET /me/actions": { items: [] } });
  const answer = await keepShared(shareOf(Array.from({ length: 12 }, () => PHOTO)), ORIGIN);
  expect(kept.size).toBe(10);
  await open(answer.headers.get("Location") ?? "", <SharedPhotos />);
  await sees("Khaya took the first 10 photos.");
});

it("given no room in the database, then the page says that the photo is lost with it, and a choice that fails is said too", async () => {
  answers({ "GET /me/actions": { items: [] } });
  await keepShared(shareOf([PHOTO]), ORIGIN);
  const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("no room", "QuotaExceededError");
  });
  await open("/share", <SharedPhotos />);
  await sees("This photo is lost if you close this page.");
  await tap("Sell a material");
  await sees("Khaya cannot keep what you write.");
  expect(location.pathname).toBe("/share");
  full.mockRestore();
});

it("given no network, when a worker shares a photo, then the page says why no work is there, and what goes on without", async () => {
  answers({ "GET /me/actions": noNetwork });
  await keepShared(shareOf([PHOTO]), ORIGIN);
  await open("/share", <SharedPhotos />);
  await sees("You are offline");
  await tap("Tell a story");
  await vi.waitFor(() => expect(location.pathname).toBe("/me/stories/new"));
  expect(await photosOf("story", "private")).toHaveLength(1);
});
