import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JobCard } from "../src/cards/JobCard";
import { priceWords } from "../src/cards/MaterialCard";
import { PersonLine, tradeWords, trustWords } from "../src/cards/PersonLine";
import { PlaceLink } from "../src/cards/PlaceLink";
import { ShareButton } from "../src/cards/ShareButton";
import { setDataSaver } from "../src/offline/dataSaver";
import { useWords } from "../src/words/words";
import { answers, noNetwork } from "./api";
import { JOB_CARD } from "./publicSamples";
import { close, find, open, tap } from "./screen";

afterEach(() => {
  close();
  vi.unstubAllGlobals();
  setDataSaver(false);
});

it.each([
  [0, "just starting"],
  [19, "just starting"],
  [20, "growing"],
  [49, "growing"],
  [50, "good"],
  [74, "good"],
  [75, "very good"],
  [100, "very good"],
])("given a trust score of %i, when it is shown, then it says %s", (score, words) => {
  expect(trustWords(score)).toBe(`Trust ${score} of 100: ${words}`);
});

it("given units and trades, when they are shown, then known ones are translated and others stay", async () => {
  await useWords("zu");
  expect(priceWords(11_900, "bag")).toBe("R119 / isaka");
  expect(priceWords(38_000, "Cubic  metre")).toBe("R380 / imitha khyubhu");
  expect(priceWords(5_000, "skip")).toBe("R50 / skip");
  expect(tradeWords("Plumbing")).toBe("Amapayipi");
  expect(tradeWords("Solar geysers")).toBe("Solar geysers");
});

it("given a new person, when they are shown, then there are words and no stars of zero", async () => {
  const shown = await open(
    "/",
    <PersonLine id="p1" name="Sipho" verified rating={{ average: null, count: 0 }} badges={["newbie"]} />,
  );
  expect(shown.textContent).toContain("No reviews yet");
  expect(shown.textContent).toContain("Checked by Khaya");
  expect(shown.textContent).toContain("New on Khaya");
  expect(shown.querySelector(".stars .icon")).toBeNull();
});

it("given the data saver, when a card with a photo is shown, then the photo is asked for, not loaded", async () => {
  setDataSaver(true);
  const photo = {
    key: null,
    url: "/media/a-320.webp",
    urls: null,
    width: 320,
    height: 240,
    state: "ready" as const,
  };
  const shown = await open("/", <JobCard job={{ ...JOB_CARD, photos: [photo] }} />);
  expect(shown.querySelector("img")).toBeNull();
  await tap("Show photo");
  expect(shown.querySelector("img")?.getAttribute("src")).toBe("/media/a-320.webp");
  expect(location.pathname).toBe("/");
});

it("given a phone that can share, when Share is tapped, then the page for WhatsApp is shared", async () => {
  const share = vi.fn().mockResolvedValue(undefined);
  vi.stubGlobal("navigator", Object.assign(Object.create(navigator), { share }));
  await open("/", <ShareButton kind="jobs" id="j1" text="Fix a tap, Umlazi" />);
  await tap("Share");
  expect(share).toHaveBeenCalledWith({
    title: "Fix a tap, Umlazi",
    text: "Fix a tap, Umlazi",
    url: `${location.origin}/s/jobs/j1`,
  });
});

it("given a phone that cannot share, when it is shown, then it leads to WhatsApp with text and link", async () => {
  await open("/", <ShareButton kind="people" id="p1" text="Sipho & sons" />);
  const link = await find("Share on WhatsApp");
  expect(link.getAttribute("href")).toBe(
    `https://wa.me/?text=${encodeURIComponent(`Sipho & sons ${location.origin}/s/people/p1`)}`,
  );
});

it.each([
  ["only a name", null, "geo:0,0?q=KwaMashu%20%26%20Ntuzuma%2C%20South%20Africa"],
  ["a point", { lat: -29.75, lng: 30.97 }, "geo:-29.75,30.97?q=-29.75,30.97"],
])(
  "given a place with %s, when the map is opened, then the phone's own app gets it",
  async (_name, coordinates, href) => {
    const page = await open("/", <PlaceLink place="KwaMashu & Ntuzuma" coordinates={coordinates} />);
    expect(page.textContent).toContain("KwaMashu & Ntuzuma");
    expect((await find("Open the map")).getAttribute("href")).toBe(href);
  },
);

describe("the field of a place", () => {
  let readPlaces = 0;

  /** Opens the field as after a start of the app, with what the device keeps. */
  async function field(): Promise<HTMLElement> {
    vi.resetModules();
    await (await import("../src/words/words")).useWords("en");
    const { PlaceField } = await import("../src/cards/PlaceField");
    const root = document.createElement("div");
    document.body.append(root);
    (await import("preact")).render(<PlaceField value="Ixopo" onInput={() => undefined} />, root);
    root.querySelector("input")?.dispatchEvent(new FocusEvent("focus"));
    return root;
  }

  beforeEach(() => {
    readPlaces = 0;
    answers({
      "GET /places": () => {
        readPlaces += 1;
        return { items: [{ name: "Umlazi", aliases: [] }], sources: [] };
      },
    });
  });

  it("given places that cannot be read, when one types, then there is no list and the text stays", async () => {
    answers({ "GET /places": noNetwork });
    const shown = await field();
    await new Promise((done) => setTimeout(done, 100));
    expect(shown.querySelector("option")).toBeNull();
    expect(shown.querySelector("input")?.value).toBe("Ixopo");
  });

  it("given places that were read, when the app starts again, then they are there without the API", async () => {
    const first = await field();
    await vi.waitFor(() => expect(first.querySelector("option")?.value).toBe("Umlazi"));
    const { readSaved } = await import("../src/offline/saved");
    await vi.waitFor(async () => expect(await readSaved("public", "places")).toBeDefined());
    const second = await field();
    await vi.waitFor(() => expect(second.querySelector("option")?.value).toBe("Umlazi"));
    expect(readPlaces).toBe(1);
  });
});
