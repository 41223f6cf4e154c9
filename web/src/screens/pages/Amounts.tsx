/** Fees, limits and times, as the API has them today, with an example. */

import type { Schemas } from "../../api/client";
import { readConfiguration } from "../../api/configuration";
import { useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { OriginalText } from "../../ui/OriginalText";
import { money } from "../../words/format";
import { t, type Word } from "../../words/words";

type Configuration = Schemas["ConfigurationView"];
type Terms = Pick<Configuration["escrow"], "feePercent" | "depositPercent" | "allAtOnceBelowCents">;

const EXAMPLE_CENTS = 100_000;

export function Amounts() {
  const configuration = useQuery("config", () => readConfiguration(), "public");
  return <Loaded query={configuration}>{(value) => <Figures {...value} />}</Loaded>;
}

function Figures({ escrow, amounts, limits }: Configuration) {
  const facts: [Word, string][] = [
    ["pages.help.fee", t("pages.help.percent", { n: escrow.feePercent })],
    ["pages.help.deposit", t("pages.help.percent", { n: escrow.depositPercent })],
    ["pages.help.at_once", money(escrow.allAtOnceBelowCents)],
    ["pages.help.smallest", money(amounts.escrowMinCents)],
    ["pages.help.largest", money(amounts.escrowMaxCents)],
    ["pages.help.deposit_time", t("pages.help.hours", { n: escrow.depositHours })],
    ["pages.help.balance_time", t("pages.help.hours", { n: escrow.balanceHours })],
    ["pages.help.release_time", t("pages.help.hours", { n: escrow.releaseHours })],
    ["pages.help.back", t("pages.help.times", { n: limits.changes })],
    ["pages.help.open", t("pages.help.days", { n: limits.openDays })],
    ["pages.help.withdraw", money(amounts.withdrawalMinCents)],
  ];
  const example = shares(EXAMPLE_CENTS, escrow);
  return (
    <>
      <FactsOf facts={facts} />
      <h3>{t("pages.help.example", { price: money(EXAMPLE_CENTS) })}</h3>
      <FactsOf
        facts={[
          ["pages.help.example_buyer", money(example.buyerCents)],
          ["pages.help.example_deposit", money(example.depositCents)],
          ["pages.help.example_worker", money(example.workerCents)],
        ]}
      />
    </>
  );
}

function FactsOf({ facts }: { facts: [Word, string][] }) {
  return (
    <dl class="facts">
      {facts.map(([word, value]) => (
        <div key={word}>
          <dt>
            <OriginalText word={word} />
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Returns what each side of an example pays and gets. Real amounts always come from the API. */
export function shares(priceCents: number, terms: Terms) {
  const feeCents = percent(priceCents, terms.feePercent);
  const buyerCents = priceCents + feeCents;
  const depositCents =
    priceCents < terms.allAtOnceBelowCents ? buyerCents : percent(buyerCents, terms.depositPercent);
  return { buyerCents, depositCents, workerCents: priceCents - feeCents };
}

/** Returns a part in cents, half a cent rounded up. */
function percent(cents: number, parts: number): number {
  return Math.floor((cents * parts + 50) / 100);
}
