/** A person's credits: three balances, the statement, and the ways to more of them and to the bank. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages, useQuery } from "../../api/query";
import { DownloadButton } from "../../forms/DownloadButton";
import { Loaded } from "../../forms/Loaded";
import { Badge } from "../../ui/Badge";
import { LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import type { IconName } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";

type Entry = Schemas["TransactionView"];
type WithdrawalState = NonNullable<Entry["withdrawalStatus"]>;

const LOOKS: Record<WithdrawalState, { icon: IconName; tone: "good" | "wait" | "bad" }> = {
  pending: { icon: "clock", tone: "wait" },
  paid: { icon: "done", tone: "good" },
  failed: { icon: "warning", tone: "bad" },
};

export default function Credits() {
  const balance = useQuery("credits/balance", () => ask(api.GET("/credits/balance")), "private");
  const entries = usePages(
    "credits/transactions",
    (cursor) => ask(api.GET("/credits/transactions", { params: { query: cursor ? { cursor } : {} } })),
    "private",
  );
  return (
    <Page title={t("money.credits_title")} back="/me">
      <Loaded query={balance}>
        {(found) => (
          <>
            <Facts
              facts={[
                [t("money.balance"), <span class="amount large">{money(found.balanceCents)}</span>],
                [t("money.withdrawable"), <span class="amount">{money(found.withdrawableCents)}</span>],
                [t("money.on_its_way"), <span class="amount">{money(found.pendingWithdrawalCents)}</span>],
              ]}
            />
            {found.withdrawableCents < found.balanceCents && <p class="soft small">{t("money.waits_why")}</p>}
          </>
        )}
      </Loaded>
      <LinkButton href="/me/credits/withdraw">{t("money.withdraw")}</LinkButton>
      <LinkButton kind="secondary" href="/me/invitation">
        {t("money.invite")}
      </LinkButton>
      <h2>{t("money.statement")}</h2>
      <Loaded query={entries} empty={<Empty text={t("money.statement_none")} />}>
        {(items) => (
          <>
            <ul class="list">
              {items.map((entry) => (
                <li key={entry.id}>
                  <EntryCard entry={entry} />
                </li>
              ))}
            </ul>
            <ShowMore
              more={entries.hasMore.value}
              busy={entries.loading.value}
              onMore={() => void entries.more()}
            />
            <DownloadButton path="/credits/statement.csv" file="khaya-credits.csv">
              {t("money.get_csv")}
            </DownloadButton>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function EntryCard({ entry }: { entry: Entry }) {
  const state = entry.withdrawalStatus;
  return (
    <article class="card">
      <p class="row">
        <strong class="grow">{t(`money.type_${entry.type}`)}</strong>
        <span class="amount">{signed(entry.amountCents)}</span>
      </p>
      {state && (
        <Badge icon={LOOKS[state].icon} tone={LOOKS[state].tone}>
          {t(`money.withdrawal_${state}`)}
        </Badge>
      )}
      {entry.reversedBy && !state && <p>{t("money.taken_back")}</p>}
      {entry.reason && <p class="text">{entry.reason}</p>}
      <p class="row small soft">
        <span>{moment(entry.createdAt)}</span>
        <span>{t("money.balance_after", { amount: money(entry.balanceAfterCents) })}</span>
      </p>
    </article>
  );
}

/** Returns an amount with its sign, because in and out must not be told apart by colour alone. */
export function signed(cents: number): string {
  return cents > 0 ? `+${money(cents)}` : money(cents);
}
