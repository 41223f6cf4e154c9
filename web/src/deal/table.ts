/** The table of what each side of a job sees at each stage: a sentence, a deadline, one main act, and others. */
import type { Word } from "../words/words";
import type { Act } from "./acts";
import type { Side, Stage } from "./stages";

export type Tone = "plain" | "good" | "wait" | "bad";
export type StageIcon = "clock" | "close" | "done" | "list" | "money" | "warning" | "work";

/** The moments that a deadline can be at. */
export type Due = "expiresAt" | "dueAt" | "releaseAt" | "completesAt" | "decideBy" | "handInBy" | "payoutOn";

export interface Row {
  sentence: Word;
  deadline?: { word: Word; at: Due };
  main?: Act;
  others?: Act[];
}

/** The name of each stage, as it stands in lists: a word, an icon and a tone. */
export const NAMES: Record<Stage, { word: Word; icon: StageIcon; tone: Tone }> = {
  open: { word: "deal.name.open", icon: "clock", tone: "plain" },
  open_with_bids: { word: "deal.name.open_with_bids", icon: "list", tone: "good" },
  expired: { word: "deal.name.expired", icon: "close", tone: "plain" },
  cancelled: { word: "deal.name.cancelled", icon: "close", tone: "plain" },
  refunded: { word: "deal.name.refunded", icon: "money", tone: "plain" },
  refund_needs_account: { word: "deal.name.refund_needs_account", icon: "warning", tone: "wait" },
  unpaid: { word: "deal.name.unpaid", icon: "money", tone: "wait" },
  ready: { word: "deal.name.ready", icon: "done", tone: "good" },
  working_in_cash: { word: "deal.name.working", icon: "work", tone: "good" },
  working: { word: "deal.name.working", icon: "work", tone: "good" },
  sent_back_in_cash: { word: "deal.name.sent_back", icon: "warning", tone: "wait" },
  sent_back: { word: "deal.name.sent_back", icon: "warning", tone: "wait" },
  submitted_in_cash: { word: "deal.name.submitted", icon: "clock", tone: "wait" },
  submitted_unpaid: { word: "deal.name.submitted_unpaid", icon: "money", tone: "wait" },
  submitted: { word: "deal.name.submitted", icon: "clock", tone: "wait" },
  submitted_frozen: { word: "deal.name.frozen", icon: "warning", tone: "bad" },
  disputed_unpaid: { word: "deal.name.disputed", icon: "warning", tone: "bad" },
  disputed: { word: "deal.name.disputed", icon: "warning", tone: "bad" },
  completed: { word: "deal.name.completed", icon: "done", tone: "good" },
  reviewed: { word: "deal.name.completed", icon: "done", tone: "good" },
  payout_waiting: { word: "deal.name.payout_waiting", icon: "clock", tone: "wait" },
};

/** What each side sees. A side that is missing cannot come to that stage. */
export const TABLE: Record<Stage, Partial<Record<Side, Row>>> = {
  open: {
    buyer: {
      sentence: "deal.open.buyer",
      deadline: { word: "deal.until.closes", at: "expiresAt" },
      main: "share",
      others: ["edit", "cancel"],
    },
  },
  open_with_bids: {
    buyer: {
      sentence: "deal.open_with_bids.buyer",
      deadline: { word: "deal.until.closes", at: "expiresAt" },
      main: "choose_bid",
      others: ["share", "edit", "cancel"],
    },
  },
  expired: { buyer: { sentence: "deal.expired.buyer", main: "post_again" } },
  cancelled: {
    buyer: { sentence: "deal.cancelled.buyer", main: "post_again" },
    worker: { sentence: "deal.cancelled.worker", main: "find_work" },
  },
  refunded: {
    buyer: { sentence: "deal.refunded.buyer", main: "post_again", others: ["see_dispute"] },
    worker: { sentence: "deal.refunded.worker", main: "find_work", others: ["see_dispute"] },
  },
  refund_needs_account: {
    buyer: { sentence: "deal.refund_needs_account.buyer", main: "refund_account" },
  },
  unpaid: {
    buyer: {
      sentence: "deal.unpaid.buyer",
      deadline: { word: "deal.until.pay", at: "dueAt" },
      main: "pay",
      others: ["cancel"],
    },
    worker: {
      sentence: "deal.unpaid.worker",
      deadline: { word: "deal.until.buyer_pays", at: "dueAt" },
      others: ["cancel"],
    },
  },
  ready: {
    buyer: {
      sentence: "deal.ready.buyer",
      deadline: { word: "deal.until.agreed", at: "handInBy" },
      others: ["pay_rest", "cancel"],
    },
    worker: {
      sentence: "deal.ready.worker",
      deadline: { word: "deal.until.agreed", at: "handInBy" },
      main: "start",
      others: ["hand_in", "cancel"],
    },
  },
  working_in_cash: {
    buyer: {
      sentence: "deal.working_in_cash.buyer",
      deadline: { word: "deal.until.agreed", at: "handInBy" },
      others: ["confirm_unseen", "cancel", "report"],
    },
    worker: {
      sentence: "deal.working_in_cash.worker",
      deadline: { word: "deal.until.agreed", at: "handInBy" },
      main: "hand_in",
      others: ["cancel", "report"],
    },
  },
  working: {
    buyer: {
      sentence: "deal.working.buyer",
      deadline: { word: "deal.until.agreed", at: "handInBy" },
      others: ["pay_rest", "open_dispute"],
    },
    worker: {
      sentence: "deal.working.worker",
      deadline: { word: "deal.until.agreed", at: "handInBy" },
      main: "hand_in",
      others: ["open_dispute"],
    },
  },
  sent_back_in_cash: {
    buyer: { sentence: "deal.sent_back.buyer", others: ["confirm_unseen", "report"] },
    worker: { sentence: "deal.sent_back.worker", main: "hand_in_again", others: ["report"] },
  },
  sent_back: {
    buyer: { sentence: "deal.sent_back.buyer", others: ["open_dispute"] },
    worker: { sentence: "deal.sent_back.worker", main: "hand_in_again", others: ["open_dispute"] },
  },
  submitted_in_cash: {
    buyer: {
      sentence: "deal.submitted_in_cash.buyer",
      deadline: { word: "deal.until.completes", at: "completesAt" },
      main: "check_work",
      others: ["report"],
    },
    worker: {
      sentence: "deal.submitted_in_cash.worker",
      deadline: { word: "deal.until.completes", at: "completesAt" },
      others: ["report"],
    },
  },
  submitted_unpaid: {
    buyer: {
      sentence: "deal.submitted_unpaid.buyer",
      deadline: { word: "deal.until.pay", at: "dueAt" },
      main: "pay",
      others: ["open_dispute"],
    },
    worker: {
      sentence: "deal.submitted_unpaid.worker",
      deadline: { word: "deal.until.buyer_pays", at: "dueAt" },
      others: ["open_dispute"],
    },
  },
  submitted: {
    buyer: {
      sentence: "deal.submitted.buyer",
      deadline: { word: "deal.until.released", at: "releaseAt" },
      main: "check_work",
      others: ["open_dispute"],
    },
    worker: {
      sentence: "deal.submitted.worker",
      deadline: { word: "deal.until.released", at: "releaseAt" },
      others: ["open_dispute"],
    },
  },
  submitted_frozen: {
    buyer: { sentence: "deal.frozen.buyer", main: "add_evidence", others: ["open_dispute"] },
    worker: { sentence: "deal.frozen.worker", main: "add_evidence", others: ["open_dispute"] },
  },
  disputed_unpaid: {
    buyer: {
      sentence: "deal.disputed_unpaid.buyer",
      deadline: { word: "deal.until.decided", at: "decideBy" },
      main: "pay",
      others: ["add_evidence", "agree"],
    },
    worker: {
      sentence: "deal.disputed_unpaid.worker",
      deadline: { word: "deal.until.decided", at: "decideBy" },
      main: "add_evidence",
      others: ["agree"],
    },
  },
  disputed: {
    buyer: {
      sentence: "deal.disputed.buyer",
      deadline: { word: "deal.until.decided", at: "decideBy" },
      main: "add_evidence",
      others: ["agree"],
    },
    worker: {
      sentence: "deal.disputed.worker",
      deadline: { word: "deal.until.decided", at: "decideBy" },
      main: "add_evidence",
      others: ["agree"],
    },
  },
  completed: {
    buyer: { sentence: "deal.completed.buyer", main: "review", others: ["see_dispute", "report"] },
    worker: {
      sentence: "deal.completed.worker",
      main: "review",
      others: ["see_payout", "see_dispute", "report"],
    },
  },
  reviewed: {
    buyer: { sentence: "deal.reviewed.buyer", others: ["post_again", "see_dispute", "report"] },
    worker: { sentence: "deal.reviewed.worker", others: ["see_payout", "see_dispute", "report"] },
  },
  payout_waiting: {
    worker: {
      sentence: "deal.payout_waiting.worker",
      deadline: { word: "deal.until.payout", at: "payoutOn" },
      main: "see_payout",
      others: ["review", "see_dispute"],
    },
  },
};
