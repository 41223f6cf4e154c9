/** The bank account into which Khaya pays a person. Its number is shown masked, and kept nowhere on the phone. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { now } from "../../api/clock";
import { readPayoutAccount } from "../../api/payoutAccount";
import { useQuery } from "../../api/query";
import { BankAccountForm } from "../../forms/BankAccountForm";
import { Loaded } from "../../forms/Loaded";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { t } from "../../words/words";

type Account = Schemas["PayoutAccountView"];

export default function PayoutAccount() {
  const account = useQuery("payouts/account", readPayoutAccount);
  const changing = useSignal(false);
  const given = useSignal(false);
  return (
    <Page title={t("worker.account_title")} back="/me/earnings">
      <Loaded query={account}>
        {(found) => (
          <>
            {given.value && (
              <Note kind="done" title={t("worker.account_given")}>
                <p>{t("worker.account_next")}</p>
              </Note>
            )}
            {found && <AccountFacts account={found} />}
            {found && !changing.value ? (
              <Button
                kind="secondary"
                onClick={() => {
                  changing.value = true;
                  given.value = false;
                }}
              >
                {t(found.problem ? "worker.account_again" : "worker.account_change")}
              </Button>
            ) : (
              <BankAccountForm
                title={t(found ? "worker.account_change" : "worker.account_give")}
                why={t("worker.account_why")}
                send={(body) => ask(api.PUT("/payouts/account", { body }))}
                onGiven={() => {
                  changing.value = false;
                  given.value = true;
                  void account.reload();
                }}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function AccountFacts({ account }: { account: Account }) {
  const waits = account.usableFrom !== null && Date.parse(account.usableFrom) > now();
  return (
    <section class="card">
      {account.verified ? (
        <Badge icon="verified" tone="good">
          {t("worker.account_verified")}
        </Badge>
      ) : account.problem ? (
        <Badge icon="warning" tone="bad">
          {t("worker.account_refused")}
        </Badge>
      ) : (
        <Badge icon="clock" tone="wait">
          {t("worker.account_checking")}
        </Badge>
      )}
      {account.problem ? (
        <p>{t(`worker.account_problem_${account.problem}`)}</p>
      ) : (
        !account.verified && <p>{t("worker.account_checking_why")}</p>
      )}
      {waits && account.usableFrom && !account.problem && (
        <p>{t("worker.account_usable", { when: moment(account.usableFrom) })}</p>
      )}
      <Facts
        facts={[
          [t("worker.bank"), account.bankName ?? ""],
          [t("worker.number"), account.accountNumberMasked],
          [t("worker.holder"), account.accountName ?? ""],
        ]}
      />
    </section>
  );
}
