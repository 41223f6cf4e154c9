/** When work can be handed in, from the job as the worker sees it. */
import type { Schemas } from "../../api/client";
import type { Refusal } from "../../api/problems";
import type { Word } from "../../words/words";

export const NOTE_MOST = 2000;

export type Block = "closed" | "handed_in" | "not_paid" | "problem" | "not_yours";

/** Returns why the work of a job cannot be handed in now; null if it can. */
export function blockOf(
  job: Pick<Schemas["PartyJobView"], "status" | "submission" | "escrow"> & { workerId?: string | null },
): Block | null {
  if (!job.workerId) return "not_yours"; // the public view of a job, or one that is not given to anybody
  if (job.status !== "in_progress") return "closed";
  if (job.submission) return "handed_in";
  if (job.escrow?.status === "pending") return "not_paid";
  if (job.escrow?.status === "disputed") return "problem";
  return null;
}

/** Whether the API refused the work because the job is over or in dispute. */
export function isClosedNow(refusal: Refusal): boolean {
  return refusal.status === 404 || refusal.code === "job_status" || refusal.code === "escrow_status";
}

/** Returns what comes next: the rest of the money is spoken of only where it is open. */
export function nextOf(job: Schemas["PartyJobView"] | undefined): Word {
  if (!job) return "worker.block_handed_in";
  if (job.payment === "cash") return "worker.handed_in_next_cash";
  return job.escrow?.status === "deposit_paid"
    ? "worker.handed_in_next_open"
    : "worker.handed_in_next_escrow";
}
