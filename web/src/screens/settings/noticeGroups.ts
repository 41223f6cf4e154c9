/** The kinds of notice by their subject, and which ways are on for several kinds. */
import type { Word } from "../../words/words";

export type Channel = "whatsapp" | "sms" | "email" | "push";
export type Channels = Record<string, Channel[]>;

export const CHANNELS: Channel[] = ["push", "whatsapp", "sms", "email"];

const SUBJECTS = [
  ["bids", /^(bid|jobEdited|jobExpired|chooseBid)/],
  ["work", /^(job|work(CanStart|Submitted)|confirmWork|handInWork)/],
  ["problems", /^(dispute|agreement|chargeback|report)/],
  ["account", /^(verif|payoutAccount|reminder)/],
  ["money", /^(balance|payment|moneyReleased|workPaid|refund|payout)/],
  ["credits", /^(credits|withdrawal|referral|reward)/],
  ["reviews", /^review/],
  ["materials", /^(listing|enquiry)/],
  ["stories", /^story/],
] as const satisfies [string, RegExp][];

export interface NoticeGroup {
  word: Word;
  kinds: string[];
}

/** Returns the kinds in groups, in the order of the subjects; what belongs to none comes last. */
export function groupsOf(kinds: string[]): NoticeGroup[] {
  const left = new Set(kinds);
  const groups: NoticeGroup[] = SUBJECTS.map(([name, holds]) => {
    const found = kinds.filter((kind) => left.has(kind) && holds.test(kind));
    for (const kind of found) left.delete(kind);
    return { word: `settings.about_${name}`, kinds: found };
  });
  return [...groups, { word: "settings.about_other" as const, kinds: [...left] }].filter(
    ({ kinds: found }) => found.length > 0,
  );
}

/** Returns for how many of the kinds a way is on. */
export function isOn(channels: Channels, kinds: string[], channel: Channel): "all" | "some" | "none" {
  const on = kinds.filter((kind) => channels[kind]?.includes(channel)).length;
  if (on === 0) return "none";
  return on === kinds.length ? "all" : "some";
}

/** Returns the ways of some kinds after one of them was switched. */
export function switched(channels: Channels, kinds: string[], channel: Channel, on: boolean): Channels {
  const ways = kinds.map((kind): [string, Channel[]] => {
    const others = (channels[kind] ?? []).filter((one) => one !== channel);
    return [kind, on ? [...others, channel] : others];
  });
  return Object.fromEntries(ways);
}
