"""The payout account in the API's responses, with its number masked."""

from typing import Annotated

from pydantic import Field

from khaya.payout_accounts.model import Bank, PayoutAccount, Problem
from khaya.platform.base.models import Model


class PayoutAccountView(Model):
    """A person's payout account."""

    bank_code: str | None
    bank_name: str | None
    account_name: str | None
    account_number_masked: str
    verified: bool
    problem: Annotated[Problem | None, Field(description="Why it is not verified, once it was checked.")]
    usable_from: Annotated[str | None, Field(description="When payouts to it begin.")]


class BankView(Model):
    """A bank, by the code that accounts name."""

    code: str
    name: str


class BankList(Model):
    """The banks whose accounts can be paid, by name."""

    items: list[BankView]


def account_view(account: PayoutAccount) -> PayoutAccountView:
    """An account for its owner."""
    return PayoutAccountView(
        bank_code=account.bank_code,
        bank_name=account.bank_name,
        account_name=account.account_name,
        account_number_masked=account.masked_number,
        verified=account.verified,
        problem=account.problem,
        usable_from=account.usable_from,
    )


def bank_view(bank: Bank) -> BankView:
    """A bank for whoever names an account."""
    return BankView(code=bank.code, name=bank.name)
