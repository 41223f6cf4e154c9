/** What shared photos can be for: the draft that takes them, and the page that goes on with it. */
import type { Schemas } from "../../api/client";
import { t } from "../../words/words";

export interface Aim {
  draft: string;
  path: string;
}

export const JOB: Aim = { draft: "job", path: "/post" };
export const MATERIAL: Aim = { draft: "material/new", path: "/me/materials/new" };
export const STORY: Aim = { draft: "story", path: "/me/stories/new" };

/** Returns what photos can do for an entry of the list of what is to do, with its words; null where they do nothing. */
export function aimOf({ action, jobId, title }: Schemas["ActionView"]): (Aim & { label: string }) | null {
  if (!jobId) return null;
  switch (action) {
    case "start":
    case "hand_in":
    case "hand_in_again":
      return {
        draft: `submission/${jobId}`,
        path: `/deals/${jobId}/submit`,
        label: t("share.hand_in", { title }),
      };
    case "add_evidence":
      return {
        draft: `evidence/${jobId}`,
        path: `/deals/${jobId}/dispute`,
        label: t("share.evidence", { title }),
      };
    default:
      return null;
  }
}
