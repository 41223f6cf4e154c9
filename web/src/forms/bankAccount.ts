/** The rules of the form of a bank account. Nothing of it is ever kept on the phone. */
import type { Schemas } from "../api/client";
import { t } from "../words/words";
import type { Errors } from "./errors";

export interface AccountValues {
  bankCode: string;
  accountNumber: string;
  accountName: string;
  identityNumber: string;
}

export const EMPTY_ACCOUNT: AccountValues = {
  bankCode: "",
  accountNumber: "",
  accountName: "",
  identityNumber: "",
};

/** Returns the account that a form says, or its errors; blanks and hyphens in numbers do not matter. */
export function readAccount(
  values: AccountValues,
): { account: Schemas["BankAccountRequest"]; errors?: undefined } | { errors: Errors } {
  const errors: Errors = {};
  const accountNumber = values.accountNumber.replace(/[\s-]/g, "");
  const identityNumber = values.identityNumber.replace(/[\s-]/g, "");
  const accountName = values.accountName.trim();
  if (!values.bankCode) errors.bankCode = t("worker.bank_missing");
  if (!/^\d{6,16}$/.test(accountNumber)) errors.accountNumber = t("worker.number_wrong");
  if ([...accountName].length < 2) errors.accountName = t("worker.holder_missing");
  if (!isIdentityNumber(identityNumber)) errors.identityNumber = t("worker.identity_wrong");
  if (Object.keys(errors).length) return { errors };
  return { account: { bankCode: values.bankCode, accountNumber, accountName, identityNumber } };
}

/** Whether 13 digits have a date of birth, a citizenship and the right checksum. */
export function isIdentityNumber(digits: string): boolean {
  if (!/^\d{10}[012]\d\d$/.test(digits)) return false;
  const month = Number(digits.slice(2, 4));
  const dayOfMonth = Number(digits.slice(4, 6));
  const isDay = ["19", "20"].some((century) => {
    const date = new Date(Date.UTC(Number(century + digits.slice(0, 2)), month - 1, dayOfMonth));
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
  });
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 ? 2 : 1);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return isDay && sum % 10 === 0;
}
