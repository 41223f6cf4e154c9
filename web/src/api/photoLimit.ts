/** How many photos a form takes. */
import { useConfiguration } from "./deals";

/** What a phone goes by that has never read the configuration. */
const UNKNOWN = 5;

/** Returns how many photos the deployment takes for a job, a submission, a listing or a piece of evidence. */
export function usePhotoLimit(): number {
  return useConfiguration().data.value?.limits?.photos ?? UNKNOWN;
}
