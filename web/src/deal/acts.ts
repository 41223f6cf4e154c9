/** What a person can do about a job or a listing: the word on the button, and the page or route that does it. */
import type { Word } from "../words/words";

export const ACTS = {
  share: { word: "deal.act.share" },
  edit: { word: "deal.act.edit", page: "/deals/:id/edit" },
  cancel: { word: "deal.act.cancel", page: "/deals/:id/cancel" },
  post_again: { word: "deal.act.post_again", page: "/post" },
  choose_bid: { word: "deal.act.choose_bid", page: "/deals/:id/bids" },
  pay: { word: "deal.act.pay", page: "/deals/:id/pay" },
  pay_rest: { word: "deal.act.pay_rest", page: "/deals/:id/pay" },
  check_work: { word: "deal.act.check_work", page: "/deals/:id/check" },
  confirm_unseen: { word: "deal.act.confirm_unseen", page: "/deals/:id/check" },
  start: { word: "deal.act.start", route: { method: "post", path: "/jobs/{jobId}/start" } },
  hand_in: { word: "deal.act.hand_in", page: "/deals/:id/submit" },
  hand_in_again: { word: "deal.act.hand_in_again", page: "/deals/:id/submit" },
  open_dispute: { word: "deal.act.open_dispute", page: "/deals/:id/dispute" },
  see_dispute: { word: "deal.act.see_dispute", page: "/deals/:id/dispute" },
  add_evidence: { word: "deal.act.add_evidence", page: "/deals/:id/dispute", part: "evidence" },
  agree: { word: "deal.act.agree", page: "/deals/:id/dispute", part: "agreement" },
  review: { word: "deal.act.review", page: "/deals/:id/review" },
  refund_account: { word: "deal.act.refund_account", page: "/deals/:id/refund-account" },
  see_payout: { word: "deal.act.see_payout", page: "/me/earnings" },
  find_work: { word: "deal.act.find_work", page: "/jobs" },
  report: { word: "deal.act.report", page: "/report/job/:id" },
  change_listing: { word: "deal.act.change_listing", page: "/me/materials/:id" },
  restock: { word: "deal.act.restock", page: "/me/materials/:id" },
  answer_enquiry: { word: "deal.act.answer_enquiry", page: "/me/enquiries" },
} as const satisfies Record<string, ActRow>;

interface ActRow {
  word: Word;
  /** The page that does it; `:id` is the job's or the listing's. */
  page?: string;
  /** The part of the page that does it. */
  part?: string;
  /** The route of the API that does it, where it needs no page of its own. */
  route?: { method: "post"; path: string };
}

export type Act = keyof typeof ACTS;

/** Returns the address of the page of an act about an object; null where the act has no page. */
export function pageOf(act: Act, id: string): string | null {
  const row: ActRow = ACTS[act];
  if (!row.page) return null;
  return row.page.replace(":id", id) + (row.part ? `#${row.part}` : "");
}
