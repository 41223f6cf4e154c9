/** The form of a bank account. Its values live in memory only, and are forgotten when it was sent. */
import { useSignal } from "@preact/signals";
import { useAction } from "../api/action";
import { api, ask, type Schemas } from "../api/client";
import { useQuery } from "../api/query";
import { Button } from "../ui/Button";
import { t } from "../words/words";
import { type AccountValues, EMPTY_ACCOUNT, readAccount } from "./bankAccount";
import { ErrorSummary } from "./ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "./errors";
import { FailureNote } from "./FailureNote";
import { Form } from "./Form";
import { Loaded } from "./Loaded";
import { Select } from "./Select";
import { TextField } from "./TextField";

interface BankAccountFormProps {
  title: string;
  /** What the account is for. */
  why: string;
  send: (account: Schemas["BankAccountRequest"]) => Promise<unknown>;
  onGiven: () => void;
}

export function BankAccountForm({ title, why, send, onGiven }: BankAccountFormProps) {
  const banks = useQuery("payouts/banks", () => ask(api.GET("/payouts/banks")), "public");
  const values = useSignal<AccountValues>(EMPTY_ACCOUNT);
  const own = useSignal<Errors>({});
  const give = useAction(async () => {
    const read = readAccount(values.value);
    own.value = read.errors ?? {};
    if (read.errors) return false;
    await send(read.account);
    values.value = EMPTY_ACCOUNT;
    return true;
  });
  const failure = give.failure.value;
  const errors = errorsLeft(own.value, failure, values.value);
  const change = (some: Partial<AccountValues>) => {
    values.value = { ...values.value, ...some };
  };
  return (
    <Loaded query={banks}>
      {(found) => (
        <Form
          busy={give.busy.value}
          onSend={async () => {
            if (await give.run()) onGiven();
          }}
        >
          <h2>{title}</h2>
          <ErrorSummary errors={errors} />
          {!Object.keys({ ...errors, ...errorsOf(failure) }).length && <FailureNote failure={failure} />}
          <p>{why}</p>
          <Select
            name="bankCode"
            label={t("worker.bank")}
            value={values.value.bankCode}
            options={[
              { value: "", label: t("worker.bank_choose") },
              ...found.items.map((bank) => ({ value: bank.code, label: bank.name })),
            ]}
            error={errors.bankCode}
            onChange={(bankCode) => change({ bankCode })}
          />
          <TextField
            name="accountNumber"
            label={t("worker.number")}
            inputmode="numeric"
            autocomplete="off"
            value={values.value.accountNumber}
            error={errors.accountNumber}
            onInput={(accountNumber) => change({ accountNumber })}
          />
          <TextField
            name="accountName"
            label={t("worker.holder")}
            hint={t("worker.holder_hint")}
            autocomplete="name"
            value={values.value.accountName}
            error={errors.accountName}
            onInput={(accountName) => change({ accountName })}
          />
          <TextField
            name="identityNumber"
            label={t("worker.identity")}
            hint={t("worker.identity_hint")}
            inputmode="numeric"
            autocomplete="off"
            value={values.value.identityNumber}
            error={errors.identityNumber}
            onInput={(identityNumber) => change({ identityNumber })}
          />
          <Button busy={give.busy.value}>{t("worker.account_send")}</Button>
          <p class="small soft">{t("worker.account_not_queued")}</p>
        </Form>
      )}
    </Loaded>
  );
}
