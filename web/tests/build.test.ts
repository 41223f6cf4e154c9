import { afterEach, expect, it } from "vitest";
import { buildNumber, checkBuild, tooOld } from "../src/api/configuration";
import { answers, noNetwork } from "./api";

afterEach(() => {
  document.head.replaceChildren();
  tooOld.value = false;
});

/** Makes the page that of a build, as the build does. */
function pageOf(build: number): void {
  document.head.innerHTML = `<meta name="build" content="${build}">`;
}

it.each([
  [1_796_000_000, 1, false],
  [1_796_000_000, 1_796_000_000, false],
  [1_796_000_000, 1_796_000_001, true],
])(
  "given build %i, when the deployment asks for %i, then it is too old: %s",
  async (build, oldestClient, old) => {
    pageOf(build);
    answers({ "GET /config": { oldestClient } });
    await checkBuild();
    expect(tooOld.value).toBe(old);
  },
);

it("given a build that is too old, when there is no network, then it is still known to be", async () => {
  pageOf(1);
  answers({ "GET /config": { oldestClient: 2 } });
  await checkBuild();
  answers({ "GET /config": noNetwork });
  await checkBuild();
  expect(tooOld.value).toBe(true);
});

it("given the page of the development server, then no build is asked of it", async () => {
  answers({ "GET /config": { oldestClient: 1_796_000_000 } });
  await checkBuild();
  expect([buildNumber(), tooOld.value]).toEqual([Number.MAX_SAFE_INTEGER, false]);
});
