/** The operator's e-mail address for questions: the deployment's, else that of the build; empty where there is none. */
import { signal } from "@preact/signals";

export const helpAddress = signal<string>(import.meta.env.VITE_HELP_ADDRESS ?? "");
