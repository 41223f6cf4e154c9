/** The page that a notice is about. */
import type { Schemas } from "../../api/client";

type Notice = Pick<Schemas["NotificationView"], "kind" | "data">;

const PLACES: [kinds: RegExp, path: string][] = [
  [/^(bidRejected|bidWithdrawnByYou)$/, "/me/bids"],
  [/^(reviewReceived|reviewAnswered)$/, "/me"],
  [/^reminder$/, "/me/reminders"],
  [/^story/, "/me/stories"],
  [/^(referralRewarded|rewardRefused|credits|withdrawal)/, "/me/credits"],
  [/^payoutAccount/, "/me/payout-account"],
  [/^payoutNeedsAccount$/, "/me/payout-account"],
  [/^payout/, "/me/earnings"],
  [/^verif/, "/me/verification"],
  [/^(passwordChanged|contact)/, "/me/settings"],
  [/^account/, "/help"],
];

/** Returns the path of the page: by the job or listing that the notice names, else by its kind. */
export function placeOf({ kind, data }: Notice): string {
  const job = text(data.jobId);
  const listing = text(data.listingId);
  if (kind === "reminder" && job) return `/deals/${job}`;
  if (job && (kind === "bidReceived" || kind === "chooseBid")) return `/deals/${job}/bids`;
  if (job && kind === "bidRejected") return "/me/bids";
  if (job && kind === "reviewPrompt") return `/deals/${job}/review`;
  if (job && kind === "refundNeedsAccount") return `/deals/${job}/refund-account`;
  if (job) return `/deals/${job}`;
  if (kind.startsWith("enquiry"))
    return `/me/enquiries?as=${kind === "enquiryReceived" ? "seller" : "buyer"}`;
  if (listing) return `/me/materials/${listing}`;
  return PLACES.find(([kinds]) => kinds.test(kind))?.[1] ?? "/inbox";
}

function text(value: unknown): string | null {
  return typeof value === "string" && value ? value : null;
}
