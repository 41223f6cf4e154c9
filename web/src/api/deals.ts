/** What the pages of a deal read: the job as its parties see it, its escrow, and what the API counts as to do. */

import { api, ask, type Schemas } from "./client";
import { readConfiguration } from "./configuration";
import { forget, type Query, useQuery } from "./query";

export type Job = Schemas["JobView"] | Schemas["PartyJobView"];
export type PartyJob = Schemas["PartyJobView"];
export type Escrow = Schemas["EscrowView"];

export function useJob(id: string): Query<Job> {
  return useQuery<Job>(`jobs/${id}`, () => readJob(id), "private");
}

export function useEscrow(id: string): Query<Escrow> {
  return useQuery<Escrow>(`deals/${id}/escrow`, () => readEscrow(id), "private");
}

export function useOpenActions(): Query<Schemas["ActionView"][]> {
  return useQuery("me/actions", async () => (await ask(api.GET("/me/actions"))).items, "private");
}

export function useConfiguration(): Query<Schemas["ConfigurationView"]> {
  return useQuery("config", () => readConfiguration(), "public");
}

export function readJob(id: string): Promise<Job> {
  return ask(api.GET("/jobs/{jobId}", { params: { path: { jobId: id } } }));
}

export function readEscrow(id: string): Promise<Escrow> {
  return ask(api.GET("/jobs/{jobId}/escrow", { params: { path: { jobId: id } } }));
}

/** Whether the person sees the job as one of its parties, or as an admin. */
export function isPartyJob(job: Job): job is PartyJob {
  return "contact" in job;
}

/** Forgets what was read of a deal, after an act that changes it. */
export function forgetDeal(id: string): void {
  for (const key of [`jobs/${id}`, `deals/${id}`, "jobs/mine", "me/actions"]) forget(key);
}
