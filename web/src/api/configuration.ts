/** What a client has to know of the deployment, and whether this build of it may still be used. */
import { signal } from "@preact/signals";
import { helpAddress } from "../ui/helpAddress";
import { api, ask, type Schemas } from "./client";
import { Refusal, Unreachable } from "./problems";

/** Whether the deployment asks for a newer build than this one. */
export const tooOld = signal(false);

/** Reads the configuration. */
export async function readConfiguration(): Promise<Schemas["ConfigurationView"]> {
  const configuration = await ask(api.GET("/config"));
  tooOld.value = configuration.oldestClient > buildNumber();
  if (configuration.helpAddress) helpAddress.value = configuration.helpAddress;
  return configuration;
}

/** Finds out whether this build is too old; without an answer the next try does. Browsers keep the answer for minutes. */
export async function checkBuild(): Promise<void> {
  try {
    await readConfiguration();
  } catch (cause) {
    if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
  }
}

/**
 * Returns when the sources of this build were last changed, in seconds since 1970, so that a newer build has a larger number.
 *
 * It stands in the page and not in a script, whose name would change with it, and those of all that load it.
 */
export function buildNumber(): number {
  const build = document.querySelector<HTMLMetaElement>("meta[name=build]")?.content;
  return build ? Number(build) : Number.MAX_SAFE_INTEGER; // the development server's page is never too old
}
