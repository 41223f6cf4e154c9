/** An admin shares the money of a problem: nothing moves before both amounts are written, read and confirmed. */
import { act } from "preact/test-utils";
import { beforeEach, describe, expect, it } from "vitest";
import Admin from "../src/screens/admin/Admin";
import { setPerson } from "../src/session/person";
import { type Asked, answers, problem } from "./api";
import { emptyDevice } from "./device";
import { dispute, escrow, jobInProgress, summary } from "./samples";
import { open, sees, submitForm, tap, type, words } from "./screen";

const WHY = "The work stopped halfway, as the photos show.";
const OPEN = escrow({ status: "disputed", dispute: dispute() });

beforeEach(async () => {
  setPerson({ userId: "u1", roles: ["admin"], displayName: "Ayanda" });
  await emptyDevice();
});

/** Opens the problem; `decide` answers the decision with the escrow after it. */
async function opened(decide: (asked: Asked) => unknown = () => OPEN): Promise<() => Asked[]> {
  let now: unknown = OPEN;
  const asked = answers({
    "GET /jobs/01JOB": jobInProgress({ payment: "escrow", escrow: summary({ status: "disputed" }) }),
    "GET /jobs/01JOB/escrow": () => now,
    "POST /jobs/01JOB/escrow/resolution": (one: Asked) => {
      const answer = decide(one);
      if (!(answer instanceof Response)) now = answer;
      return answer;
    },
  });
  await open("/admin/disputes/01JOB", <Admin page="disputes" id="01JOB" />);
  await sees("R1 050 is to be shared.");
  return () => asked.filter((one) => one.method === "POST");
}

function errorOf(field: string): string {
  return (document.getElementById(`${field}-error`)?.textContent ?? "").replace(/\u00a0/g, " ");
}

async function shares(worker: string, refund: string): Promise<void> {
  await type("workerCents", worker);
  await type("refundCents", refund);
  await type("note", WHY);
  await submitForm();
}

describe("sharing the money of a problem", () => {
  it("given the form, when an admin writes why, then it says that both people read it", async () => {
    await opened();
    await sees("Both people will read this reason.");
  });

  it("given only a reason, when it is decided, then both amounts are errors and nothing is asked or sent", async () => {
    const sent = await opened();
    await type("note", WHY);
    await submitForm();
    for (const field of ["workerCents", "refundCents"])
      expect(errorOf(field)).toContain("Write an amount, as 50 or 12.50, or 0 for nothing.");
    expect(document.querySelector("dialog")).toBeNull();
    expect(sent()).toEqual([]);
  });

  it("given more than what is held, when it is decided, then the field says so and nothing is sent", async () => {
    const sent = await opened();
    await shares("1000", "100");
    expect(errorOf("workerCents")).toContain("The parts must be amounts that fit into R1 050.");
    expect(document.querySelector("dialog")).toBeNull();
    expect(sent()).toEqual([]);
  });

  it("given both amounts, when it is confirmed, then they are sent once and the page says what was decided", async () => {
    const split = { workerCents: 50_000, refundCents: 50_000, platformCents: 5_000 };
    const sent = await opened(() =>
      escrow({ status: "released", heldCents: 0, dispute: dispute({ decision: "admin", ...split }) }),
    );
    await shares("500", "500");
    await sees("Sipho gets R500, Thandi gets R500 back, Khaya keeps R50.");
    await sees("Share the money like this?");
    expect(words()).not.toContain("Khaya keeps more than its fee");
    expect(sent()).toEqual([]);
    await tap("Yes, share it like this");
    await sees("It is decided.");
    expect(sent().map((one) => one.body)).toEqual([{ ...split, note: WHY }]);
    await sees("How it was decided");
    expect(document.getElementById("workerCents")).toBeNull();
  });

  it("given that Khaya would keep more than its fee, when it asks, then it says so as an alert", async () => {
    const sent = await opened();
    await shares("0", "0");
    await sees("The fee of this job is R100. Khaya would keep R1 050: R950 more.");
    expect(document.querySelector("dialog [role=alert]")?.textContent).toContain(
      "Khaya keeps more than its fee",
    );
    await tap("Cancel");
    expect(document.querySelector("dialog")).toBeNull();
    expect(sent()).toEqual([]);
    expect((document.getElementById("note") as HTMLTextAreaElement).value).toBe(WHY);
  });

  it("given a first decision of two, when it is confirmed, then it says that a second admin is needed", async () => {
    const split = { workerCents: 95_000, refundCents: 0, platformCents: 10_000 };
    await opened(() => ({
      ...OPEN,
      proposedResolution: { by: "u1", at: "2026-11-10T08:00:00.000Z", ...split },
    }));
    await tap("All to the worker");
    await type("note", WHY);
    await submitForm();
    await tap("Yes, share it like this");
    await sees("Your decision is kept.");
    expect(words()).not.toContain("It is decided.");
  });

  it("given a refusal, when it is confirmed, then the question says why and stays", async () => {
    await opened(() => problem(409, "somewhere_else", { detail: "Another admin was faster." }));
    await shares("500", "500");
    await act(async () => tap("Yes, share it like this"));
    await sees("Another admin was faster.");
    expect(document.querySelector("dialog")).not.toBeNull();
  });
});
