/** An API of unit tests that can be told to fail as networks and services do, and counts what it really did. */
import { answers, noNetwork } from "./api";

export const FAULTS = ["off", "slow", "429", "503", "lost answer"] as const;
export type Fault = (typeof FAULTS)[number];

const SLOW = 80;

export interface FaultyServer {
  /** What is wrong with it now. */
  fault: Fault | "none";
  /** How often the write took effect. A repeat under the same key has no second effect, as at the API. */
  effects(): number;
  /** How often it was asked for. */
  tries(): number;
}

/** Answers reads always, and the write only as its fault lets it. */
export function faultyServer(
  write: string,
  reads: Record<string, unknown>,
  answer: unknown,
  fault: Fault,
): FaultyServer {
  const keys = new Set<string>();
  let tries = 0;
  const server: FaultyServer = { fault, effects: () => keys.size, tries: () => tries };
  const [method = "", path = ""] = write.split(" ");
  answers({
    ...reads,
    [write]: async (asked: { headers: Headers }) => {
      tries += 1;
      const { fault: now } = server;
      if (now === "off") noNetwork();
      if (now === "429") return refusal(429, "too_many_requests");
      if (now === "503") return refusal(503, "unavailable");
      if (now === "slow") await new Promise((done) => setTimeout(done, SLOW));
      // What is put or patched twice is there once; a post needs its key for that.
      keys.add(method === "POST" ? (asked.headers.get("Idempotency-Key") ?? `none ${tries}`) : path);
      if (now === "lost answer") noNetwork();
      return answer;
    },
  });
  return server;
}

function refusal(status: number, code: string): Response {
  const body = { status, code, detail: code, params: {}, requestId: "r1" };
  return Response.json(body, { status, headers: { "Retry-After": "2" } });
}
