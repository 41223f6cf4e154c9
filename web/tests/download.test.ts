import { afterEach, describe, expect, it, vi } from "vitest";
import { download } from "../src/api/download";
import { Refusal } from "../src/api/problems";
import { answers, problem, signInAs } from "./api";

afterEach(() => vi.restoreAllMocks());

function whatIsKept(): { names: string[]; contents: Blob[] } {
  const kept = { names: [] as string[], contents: [] as Blob[] };
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    kept.contents.push(blob as Blob);
    return "blob:kept";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    kept.names.push(this.download);
  });
  return kept;
}

describe("a file of the API", () => {
  it("given a statement, when it is downloaded, then it is asked for with the token and kept under its name", async () => {
    const kept = whatIsKept();
    signInAs();
    const asked = answers({ "GET /credits/statement.csv": new Response("date,amount\n") });
    await download("/credits/statement.csv", "khaya.csv");
    expect(asked.map((one) => [one.path, one.headers.get("Authorization")])).toEqual([
      ["/credits/statement.csv", "Bearer token"],
    ]);
    expect(kept.names).toEqual(["khaya.csv"]);
    expect(await kept.contents[0]?.text()).toBe("date,amount\n");
  });

  it("given an old browser that sends the token to the signed link, when storage refuses it, then the link is asked without it", async () => {
    const kept = whatIsKept();
    signInAs();
    const refused = new Response("two signatures", { status: 400 });
    Object.defineProperties(refused, {
      redirected: { value: true },
      url: { value: `${location.origin}/media/invoice.pdf` },
      clone: { value: () => refused },
    });
    const asked = answers({
      "GET /earnings/e1/invoice": refused,
      "GET /media/invoice.pdf": new Response("%PDF"),
    });
    await download("/earnings/e1/invoice", "invoice.pdf");
    expect(asked.at(-1)?.headers.get("Authorization")).toBeNull();
    expect(await kept.contents[0]?.text()).toBe("%PDF");
  });

  it("given a refusal, when a file is asked for, then nothing is kept and the refusal is thrown", async () => {
    const kept = whatIsKept();
    answers({ "GET /earnings/e1/invoice": problem(404, "not_found") });
    await expect(download("/earnings/e1/invoice", "invoice.pdf")).rejects.toBeInstanceOf(Refusal);
    expect(kept.names).toEqual([]);
  });
});
