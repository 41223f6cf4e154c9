/** What a client has to know of the deployment, and whether this build of it may still be used. */
import { signal } from "@preact/signals";
import { api, ask, type Schemas } from "./client";

declare const __BUILD__: number;

/** Whether the deployment asks for a newer build than this one. */
export const tooOld = signal(false);

/** Reads the configuration. */
export async function readConfiguration(build = __BUILD__): Promise<Schemas["ConfigurationView"]> {
  const configuration = await ask(api.GET("/config"));
  tooOld.value = configuration.oldestClient > build;
  return configuration;
}
