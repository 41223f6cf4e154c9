/** The money of a month, and the lists about payments. */
import { useSignal } from "@preact/signals";
import { api, ask } from "../../api/client";
import { today } from "../../api/clock";
import { useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Select } from "../../forms/Select";
import { LinkButton } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { money } from "../../words/format";
import { t } from "../../words/words";

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
        options={months().map((value) => ({ value, label: value }))}
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
      {(found) => (
        <>
          <Facts facts={AMOUNTS.map((name) => [t(`admin.total_${name}`), money(found[name])])} />
          <h2>{t("admin.balances")}</h2>
          <Facts
            facts={Object.entries(found.balances).map(([name, cents]) => [name, money(Number(cents))])}
          />
        </>
      )}
    </Loaded>
  );
}

/** Returns the last twelve months, the newest first. */
function months(): string[] {
  const [year, month] = today().split("-").map(Number) as [number, number];
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7),
  );
}
