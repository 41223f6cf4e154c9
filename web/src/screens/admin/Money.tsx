/** The money of a month, and the lists about payments. */
import { useSignal } from "@preact/signals";
import { api, ask } from "../../api/client";
import { today } from "../../api/clock";
import { useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Select } from "../../forms/Select";
import { LinkButton } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment, money, monthOf } from "../../words/format";
import { isWord, t } from "../../words/words";

const AMOUNTS = [
  "collectedCents",
  "settledCents",
  "earnedCents",
  "refundedCents",
  "sentBackCents",
  "paidOutCents",
  "chargedBackCents",
  "platformFeesCents",
  "providerFeesCents",
  "lossesCents",
  "rewardsCents",
] as const;
const MONTHS = 12;

export default function Money() {
  const month = useSignal(today().slice(0, 7));
  return (
    <Page title={t("admin.money")} back="/admin">
      <div class="row">
        {(["refunds", "suspense", "chargebacks", "differences", "payouts"] as const).map((page) => (
          <LinkButton key={page} kind="secondary" href={`/admin/${page}`}>
            {t(`admin.queue_${page}`)}
          </LinkButton>
        ))}
      </div>
      <Select
        name="month"
        label={t("admin.month")}
        value={month.value}
        onChange={(value) => {
          month.value = value;
        }}
        options={months().map((value) => ({ value, label: monthOf(value) }))}
      />
      <Totals key={month.value} month={month.value} />
    </Page>
  );
}

function Totals({ month }: { month: string }) {
  const totals = useQuery(`admin/totals/${month}`, () =>
    ask(api.GET("/admin/payments/totals", { params: { query: { month } } })),
  );
  return (
    <Loaded query={totals}>
      {(found) =>
        found.lastDay === null ? (
          <Note kind="waiting">{t("admin.figures_none")}</Note>
        ) : (
          <>
            <p>{t("admin.figures_until", { when: moment(endOf(found.lastDay)) })}</p>
            <Facts facts={AMOUNTS.map((name) => [t(`admin.total_${name}`), money(found[name])])} />
            <h2>{t("admin.balances")}</h2>
            <p>{t("admin.balances_hint")}</p>
            <Facts
              facts={Object.entries(found.balances).map(([name, cents]) => [accountName(name), money(cents)])}
            />
          </>
        )
      }
    </Loaded>
  );
}

/** Returns the moment at which a day of the books ends: they go by UTC. */
function endOf(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString();
}

function accountName(account: string): string {
  const name = `admin.account_${account}`;
  return isWord(name) ? t(name) : account;
}

/** Returns the last twelve months, the newest first. */
function months(): string[] {
  const [year, month] = today().split("-").map(Number) as [number, number];
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7),
  );
}
