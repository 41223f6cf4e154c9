/** Photos that are added and taken away while others are still being made small: none is lost, and none comes back. */
import { useSignal } from "@preact/signals";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PhotoField } from "../src/forms/PhotoField";
import { EditForm } from "../src/screens/seller/EditForm";
import { answers, signInAs } from "./api";
import { emptyDevice } from "./device";
import { LISTING } from "./publicSamples";
import { close, open, tap, type } from "./screen";

const { small } = vi.hoisted(() => ({ small: new Map<string, () => void>() }));

vi.mock("../src/offline/pictures", async (original) => ({
  ...(await original<typeof import("../src/offline/pictures")>()),
  keepPicture: (file: File) => new Promise((done) => small.set(file.name, () => done({ id: file.name }))),
}));

let chosen: string[] = [];

function Photos() {
  const ids = useSignal<string[]>([]);
  chosen = ids.value;
  const change = (now: string[]) => {
    ids.value = now;
  };
  return <PhotoField name="photos" label="Photos" ids={ids.value} onChange={change} />;
}

async function add(...names: string[]): Promise<void> {
  const input = document.querySelector<HTMLInputElement>("input[type=file]");
  const files = names.map((name) => new File(["x"], name, { type: "image/jpeg" }));
  await act(() => {
    Object.defineProperty(input, "files", { value: files, configurable: true });
    input?.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** Ends the work on a photo. */
async function isSmall(name: string): Promise<void> {
  await vi.waitFor(() => expect(small.has(name)).toBe(true));
  await act(() => small.get(name)?.());
}

beforeEach(async () => {
  small.clear();
  answers({ "GET /config": { limits: { photos: 3 }, oldestClient: 0 } });
  await open("/post/work", <Photos />);
});
afterEach(close);

it("given photos that are still being made small, when more are chosen, then all of them are there", async () => {
  await add("a", "b");
  await isSmall("a");
  await add("c");
  await isSmall("c");
  await isSmall("b");
  await vi.waitFor(() => expect([...chosen].sort()).toEqual(["a", "b", "c"]));
});

it("given a photo that is taken away while another is made small, then it does not come back", async () => {
  await add("a", "b");
  await isSmall("a");
  await tap("Remove");
  await isSmall("b");
  await vi.waitFor(() => expect(chosen).toEqual(["b"]));
});

it("given two choices at once, when together they are more than the form takes, then no more are kept", async () => {
  await add("a", "b");
  await isSmall("a");
  await add("c", "d");
  await isSmall("c");
  await isSmall("b");
  await new Promise((done) => setTimeout(done, 20));
  expect(chosen).toHaveLength(3);
});

it("given words that are written while photos of a material are made small, when those are ready, then the words stay", async () => {
  signInAs(["seller"]);
  await emptyDevice();
  const listing = { ...LISTING, id: "l1", sellerId: "u1", status: "active", moderation: null } as never;
  await open("/me/materials/l1", <EditForm listing={listing} onChanged={() => undefined} />);
  const title = () => document.getElementById("title") as HTMLInputElement;
  await type("title", "Bricks");
  await add("a", "b");
  await type("title", "Bricks, hardly used");
  await isSmall("a");
  await isSmall("b");
  await vi.waitFor(() => expect(document.querySelectorAll("figure")).toHaveLength(2 + LISTING.photos.length));
  expect(title().value).toBe("Bricks, hardly used");
});
