/** What one side sees of a job now: the row of the table, with its amounts, moments and names filled in. */
import type { components } from "../api/schema";
import { day, deadline, moment, money } from "../words/format";
import { t } from "../words/words";
import { ACTS, type Act, pageOf } from "./acts";
import { actsOf, type Known } from "./possible";
import { sharedBy, workerGets } from "./shares";
import type { Side, Stage } from "./stages";
import { type Due, NAMES, type StageIcon, type Tone } from "./table";

/** The stages whose sentence says where the money went; after a dispute it went where that was decided. */
const MONEY_WENT: readonly Stage[] = ["refunded", "completed", "reviewed", "payout_waiting"];

/** The stages whose name does not say that the money was shared. */
const DECIDED_NAME: readonly Stage[] = ["refunded", "completed", "reviewed"];

type OpenAction = components["schemas"]["ActionView"];

export interface Doing {
  act: Act;
  label: string;
  /** The page that does it; null where it is done at once. */
  href: string | null;
}

export interface Deal {
  stage: Stage;
  side: Side;
  name: { text: string; icon: StageIcon; tone: Tone };
  sentence: string;
  /** Whether the sentence says who got what of shared money. */
  shared: boolean;
  deadline: string | null;
  main: Doing | null;
  others: Doing[];
}

/** Returns what a side sees of its job. */
export function dealOf(known: Known): Deal {
  const { side } = known;
  const { stage, row, main, others } = actsOf(known);
  const split = MONEY_WENT.includes(stage) ? splitSentence(known) : null;
  const name = split && DECIDED_NAME.includes(stage) ? "deal.name.decided" : NAMES[stage].word;
  const at = row.deadline && momentOf(row.deadline.at, known);
  return {
    stage,
    side,
    name: { ...NAMES[stage], text: t(name) },
    sentence: split ?? t(row.sentence, valuesOf(known)),
    shared: split !== null,
    deadline: row.deadline && at ? t(row.deadline.word, { when: at }) : null,
    main: main ? doing(main, known) : null,
    others: others.map((act) => doing(act, known)),
  };
}

/** Returns who got what of a disputed job, as a side reads it; null where no dispute shared the money. */
export function splitSentence({ job, side, escrow }: Pick<Known, "job" | "side" | "escrow">): string | null {
  const shares = sharedBy(job, escrow);
  return (
    shares &&
    t(`deal.split.${side}`, {
      worker: job.workerName ?? t("deal.the_worker"),
      buyer: job.buyerName,
      gets: money(shares.worker),
      back: money(shares.refund),
      khaya: money(shares.khaya),
    })
  );
}

/** Returns the button of an entry of the list of what is to do. */
export function doingOf(action: OpenAction): Doing {
  const label = t(ACTS[action.action].word, amount(action.amountCents ?? 0));
  return { act: action.action, label, href: pageOf(action.action, action.listingId ?? action.jobId ?? "") };
}

function doing(act: Act, known: Known): Doing {
  return { act, label: t(ACTS[act].word, valuesOf(known)), href: pageOf(act, known.job.id) };
}

/** Returns until when it is: a payment to the minute, all else by its day. */
function momentOf(due: Due, { job, escrow, now }: Known): string | null {
  switch (due) {
    case "expiresAt":
      return deadline(job.expiresAt, now);
    case "completesAt":
      return job.completesAt && deadline(job.completesAt, now);
    case "dueAt":
      return job.escrow?.dueAt ? moment(job.escrow.dueAt) : null;
    case "releaseAt":
      return job.escrow?.releaseAt ? deadline(job.escrow.releaseAt, now) : null;
    case "decideBy":
      return escrow?.dispute?.decideBy ? deadline(escrow.dispute.decideBy, now) : null;
    case "handInBy":
      return job.handInBy && deadline(job.handInBy, now);
    case "payoutOn":
      return escrow?.payoutExpectedOn ? day(escrow.payoutExpectedOn) : null;
  }
}

function valuesOf({ job, escrow }: Known): Record<string, string | number> {
  return {
    ...amount(job.escrow?.dueNowCents ?? 0),
    n: job.bidCount,
    agreed: money(job.agreedCents ?? 0),
    refund: money(escrow?.refundedCents ?? 0),
    payout: money(escrow ? workerGets(escrow) : 0),
    buyer: job.buyerName,
    worker: job.workerName ?? t("deal.the_worker"),
  };
}

function amount(cents: number): Record<string, string> {
  return { amount: money(cents) };
}
