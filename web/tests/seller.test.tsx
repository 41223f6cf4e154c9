import { beforeEach, describe, expect, it, vi } from "vitest";
import { outbox } from "../src/offline/outbox";
import EditMaterial from "../src/screens/seller/EditMaterial";
import { changesOf, clashesOf, EMPTY_MATERIAL, readOffer, readStock } from "../src/screens/seller/material";
import NewMaterial from "../src/screens/seller/NewMaterial";
import OwnMaterials from "../src/screens/seller/OwnMaterials";
import { answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { sees, show, tap, type, words } from "./screen";

const FIELDS = {
  title: "Cement 50 kg",
  category: "cement" as const,
  priceCents: 11_900,
  unit: "bag",
  location: "Umlazi",
  description: "Fresh cement, never opened.",
};
const LISTING = {
  ...FIELDS,
  id: "l1",
  sellerId: "u1",
  sellerName: "Sipho",
  stock: 10,
  photos: [],
  status: "active",
  moderation: null,
  createdAt: "2026-11-01T08:00:00Z",
  updatedAt: "2026-11-01T08:00:00Z",
  version: 3,
};
const VALUES = {
  ...EMPTY_MATERIAL,
  ...FIELDS,
  priceCents: "119",
  stock: "10",
};
const PLACES = { "GET /places": { items: [], sources: [] } };

beforeEach(async () => {
  signInAs(["seller"]);
  await emptyDevice();
});

describe("a listing's form", () => {
  it("given a whole form, when it is read, then it is the API's offer", () => {
    expect(readOffer(VALUES)).toEqual({ value: { ...FIELDS, stock: 10 } });
    expect(readOffer({ ...VALUES, unit: "other", unitOther: "half load" })).toMatchObject({
      value: { unit: "half load" },
    });
  });

  it.each([
    [{ title: "Cem" }, "title"],
    [{ category: "" as const }, "category"],
    [{ priceCents: "0" }, "priceCents"],
    [{ priceCents: "1.234" }, "priceCents"],
    [{ unit: "" }, "unit"],
    [{ unit: "other" }, "unitOther"],
    [{ stock: "-1" }, "stock"],
    [{ stock: "" }, "stock"],
    [{ location: "U" }, "location"],
    [{ description: "Short" }, "description"],
  ])("given %o, when it is read, then %s is named", (wrong, field) => {
    expect(Object.keys(readOffer({ ...VALUES, ...wrong }).errors ?? {})).toEqual([field]);
  });

  it.each([
    ["0", 0],
    ["1 200", 1200],
    ["1000000000", 1_000_000_000],
    ["1000000001", null],
    ["1.5", null],
  ])("given the stock %s, when it is read, then it is %s", (text, count) => {
    expect(readStock(text)).toBe(count);
  });
});

describe("two changes of one listing", () => {
  const dearer = { ...FIELDS, priceCents: 12_900 };

  it.each([
    ["both changed the price", FIELDS, { priceCents: 9_900 }, dearer, ["priceCents"]],
    ["another field was changed", FIELDS, { title: "Cement" }, dearer, []],
    ["the change arrived, but its answer was lost", FIELDS, { priceCents: 12_900 }, dearer, []],
    ["it came back from the outbox", null, { title: "Cement", priceCents: 12_900 }, dearer, ["title"]],
  ] as const)(
    "given that %s, when they are compared, then they clash in %o of it",
    (_case, base, changes, newer, names) => {
      expect(clashesOf(base, changes, newer)).toEqual(names);
    },
  );

  it("given equal fields, when the changes are read, then there are none", () => {
    expect(changesOf(FIELDS, { ...FIELDS })).toEqual({});
  });
});

describe("a new listing", () => {
  it("given an unverified seller, when materials are listed, then they are told that Khaya checks them first", async () => {
    const asked = answers({ ...PLACES, "POST /listings": { ...LISTING, status: "pending" } });
    show(<NewMaterial />);
    await tap("Cement");
    for (const [name, text] of Object.entries({ ...FIELDS, priceCents: "119", stock: "10" }))
      if (name !== "category") await type(name, text);
    await tap("List for sale");
    await sees("Khaya checks them first.");
    expect(asked.find((one) => one.method === "POST")?.body).toEqual({ ...FIELDS, stock: 10, photos: [] });
  });
});

describe("own materials", () => {
  it("given a refused listing, when the list is read, then the moderator's reason is there", async () => {
    const refused = {
      ...LISTING,
      status: "rejected",
      moderation: { reason: "The photo shows a phone number." },
    };
    answers({ "GET /listings/mine": { items: [refused], nextCursor: null } });
    show(<OwnMaterials />, "/me/materials");
    await sees("The photo shows a phone number.");
  });

  it("given a filter in the address, when the list is read, then only that state is shown", async () => {
    const other = { ...LISTING, id: "l2", title: "Old bricks", status: "inactive" };
    answers({ "GET /listings/mine": { items: [LISTING, other], nextCursor: null } });
    show(<OwnMaterials />, "/me/materials?status=inactive");
    await sees("Old bricks");
    expect(words()).not.toContain("Cement 50 kg");
  });

  it("given taps on plus, when the stock is saved, then one change goes out", async () => {
    const asked = answers({
      "GET /listings/mine": { items: [LISTING], nextCursor: null },
      "POST /listings/l1/stock": { ...LISTING, stock: 12 },
    });
    show(<OwnMaterials />, "/me/materials");
    await tap("One more");
    await sees("Save: 10 to 11");
    await tap("One more");
    await tap("Save: 10 to 12");
    await vi.waitFor(() =>
      expect(asked.filter((one) => one.method === "POST").map((one) => one.body)).toEqual([{ delta: 2 }]),
    );
  });

  it("given no network, when the stock is saved, then the new number is shown and waits", async () => {
    answers({
      "GET /listings/mine": { items: [LISTING], nextCursor: null },
      "POST /listings/l1/stock": noNetwork,
    });
    show(<OwnMaterials />, "/me/materials");
    await tap("One less");
    await tap("Save: 10 to 9");
    await sees("A change waits on this phone.");
    expect((document.getElementById("stock-l1") as HTMLInputElement).value).toBe("9");
    expect(outbox.value.map((one) => [one.body, one.tries])).toEqual([[{ delta: -1 }, 1]]);
  });
});

describe("an edit", () => {
  it("given one changed field, when it is saved, then it alone is sent for the version that was read", async () => {
    const asked = answers({
      ...PLACES,
      "GET /listings/l1": LISTING,
      "PATCH /listings/l1": { ...LISTING, version: 4 },
    });
    show(<EditMaterial id="l1" />);
    await type("priceCents", "129");
    await tap("Save changes");
    await sees("Your changes are saved.");
    const sent = asked.find((one) => one.method === "PATCH");
    expect(sent?.body).toEqual({ priceCents: 12_900 });
    expect(sent?.headers.get("If-Match")).toBe('"3"');
  });

  it("given a newer version with another price, when mine is taken, then it is sent for that version", async () => {
    let present: object = LISTING;
    const asked = answers({
      ...PLACES,
      "GET /listings/l1": () => present,
      "PATCH /listings/l1": (one: { headers: Headers }) =>
        one.headers.get("If-Match") === '"4"'
          ? { ...LISTING, priceCents: 9_900, version: 5 }
          : problem(412, "stale_version"),
    });
    show(<EditMaterial id="l1" />);
    await type("priceCents", "99");
    present = { ...LISTING, priceCents: 12_900, version: 4 };
    await tap("Save changes");
    await sees("It was changed meanwhile");
    expect(words()).toContain("R99");
    expect(words()).toContain("R129");
    await tap("Mine");
    await tap("Save my choice");
    await sees("Your changes are saved.");
    expect(
      asked.filter((one) => one.method === "PATCH").map((one) => [one.headers.get("If-Match"), one.body]),
    ).toEqual([
      ['"3"', { priceCents: 9_900 }],
      ['"4"', { priceCents: 9_900 }],
    ]);
  });

  it("given a newer version, when the newer price is taken, then nothing is overwritten", async () => {
    let present: object = LISTING;
    const asked = answers({
      ...PLACES,
      "GET /listings/l1": () => present,
      "PATCH /listings/l1": problem(412, "stale_version"),
    });
    show(<EditMaterial id="l1" />);
    await type("priceCents", "99");
    present = { ...LISTING, priceCents: 12_900, version: 4 };
    await tap("Save changes");
    await tap("The newer");
    await tap("Save my choice");
    await sees("It stands there as you wrote it.");
    expect(asked.filter((one) => one.method === "PATCH")).toHaveLength(1);
    await vi.waitFor(() =>
      expect((document.getElementById("priceCents") as HTMLInputElement).value).toBe("129"),
    );
  });

  it("given a listing for sale, when it is taken off, then the question is asked first", async () => {
    const asked = answers({
      ...PLACES,
      "GET /listings/l1": LISTING,
      "DELETE /listings/l1": new Response(null, { status: 204 }),
    });
    show(<EditMaterial id="l1" />);
    await tap("Take off sale");
    await sees("Take it off sale?");
    expect(asked.some((one) => one.method === "DELETE")).toBe(false);
    document.querySelector<HTMLElement>("dialog .danger")?.click();
    await sees("Done.");
    expect(asked.some((one) => one.method === "DELETE")).toBe(true);
  });
});
