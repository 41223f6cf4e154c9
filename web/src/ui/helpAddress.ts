/** The operator's e-mail address for questions, which is set when the app is built; empty where there is none. */
export const HELP_ADDRESS: string = import.meta.env.VITE_HELP_ADDRESS ?? "";
