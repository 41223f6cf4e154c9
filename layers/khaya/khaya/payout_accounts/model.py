"""A person's bank account for payouts: how it is given, checked, and when payouts to it begin."""

import re
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import Count, Length, Line, Name
from khaya.platform.base.models import Model, RequestModel

Problem = Literal["somebody_else", "closed", "unknown", "identity_differs", "identity_taken"]
"""Why an account is not verified: what the provider says of it; or its holder's identity number is not the one that the
person's first verified account fixed; or the number belongs to another person here.
"""

HOLD_HOURS: Final = 24
"""Hours from a change until payouts to the account begin."""

CHECKS_PER_DAY: Final = 3
"""Checks of accounts that a person may cause in a day."""

IDENTITY_LENGTH: Final = 13
_MASK: Final = "******"
_VISIBLE_DIGITS: Final = 4
_CITIZENSHIPS: Final = "012"


def _identity_number(text: str) -> str:
    if not is_identity_number(text):
        raise ValueError("must be a South African identity number")
    return text


class BankAccountRequest(RequestModel):
    """A bank account of the person who sends it."""

    bank_code: Annotated[Line, Length(1, 20)]
    account_number: Annotated[
        str, Field(pattern=r"^[0-9]{6,16}$", description="Digits only.", json_schema_extra={"writeOnly": True})
    ]
    account_name: Annotated[Name, Length(2, 100)]
    identity_number: Annotated[
        str,
        Field(
            pattern=r"^[0-9]{13}$",
            description="The holder's South African identity number, with its checksum.",
            json_schema_extra={"writeOnly": True},
        ),
        AfterValidator(_identity_number),
    ]


class Bank(Model):
    """A bank, by the code that accounts name."""

    code: str
    name: str


class Banks(Model):
    """The banks of the provider, as they were fetched last."""

    items: tuple[Bank, ...] = ()
    fetched_at: str

    def is_fresh(self, now: str) -> bool:
        """Whether the list is less than a day old."""
        return clock.plus(self.fetched_at, days=1) > now

    def name_of(self, code: str) -> str | None:
        """The name of a bank; None if there is none with this code."""
        return next((bank.name for bank in self.items if bank.code == code), None)


class PayoutAccount(Model):
    """A person's payout account.

    Attributes:
        verified: whether the payment provider has confirmed that it is the person's own.
        problem: why it is not verified, once it was checked.
        usable_from: when payouts to it begin.
        last_digits: the last four digits of its number.
        sealed: the encrypted numbers, until they were checked.
        recipient: the account at the provider.
        fingerprints: keyed hashes of bank and number, one for each valid service key.
        identity_hashes: keyed hashes of the identity number that the first verified account fixed.
        next_at: when the check is tried again.
        version: the number of changes.
    """

    verified: bool = False
    problem: Problem | None = None
    usable_from: str | None = None
    bank_code: str | None = None
    bank_name: str | None = None
    account_name: str | None = None
    last_digits: str | None = None
    sealed: str | None = None
    recipient: str | None = None
    fingerprints: tuple[str, ...] = ()
    identity_hashes: tuple[str, ...] = ()
    changed_at: str | None = None
    next_at: str | None = None
    version: Count = 0

    @property
    def is_being_checked(self) -> bool:
        """Whether its numbers wait for the provider's answer."""
        return self.sealed is not None

    @property
    def is_good(self) -> bool:
        """Whether money can be paid to it, or its check is under way."""
        return self.verified or self.is_being_checked

    @property
    def masked_number(self) -> str:
        """Its number with all but the last four digits hidden."""
        return _MASK + (self.last_digits or "")

    def checked(
        self,
        problem: Problem | None,
        *,
        recipient: str | None = None,
        fingerprints: tuple[str, ...] = (),
        identity_hashes: tuple[str, ...] = (),
    ) -> "PayoutAccount":
        """The account after the check; the numbers are dropped. A verified account fixes the identity number."""
        verified = problem is None
        return self.model_copy(
            update={
                "verified": verified,
                "problem": problem,
                "sealed": None,
                "next_at": None,
                "recipient": recipient,
                "fingerprints": fingerprints,
                "identity_hashes": identity_hashes if verified else self.identity_hashes,
                "version": self.version + 1,
            }
        )

    def postponed(self, now: str, seconds: int = 0) -> "PayoutAccount":
        """The account after the provider could not be asked."""
        next_at = clock.plus(now, seconds=max(_RETRY_SECONDS, seconds))
        return self.model_copy(update={"next_at": next_at})


_RETRY_SECONDS: Final = 120


def changed_account(
    before: PayoutAccount | None, request: BankAccountRequest, *, bank_name: str, sealed: str, now: str
) -> PayoutAccount:
    """The account after the person gave another one, or the first one; payouts to it are held for a day."""
    return PayoutAccount(
        usable_from=clock.plus(now, hours=HOLD_HOURS),
        bank_code=request.bank_code,
        bank_name=bank_name,
        account_name=request.account_name,
        last_digits=request.account_number[-_VISIBLE_DIGITS:],
        sealed=sealed,
        identity_hashes=before.identity_hashes if before else (),
        changed_at=now,
        next_at=now,
        version=next_version_of(before),
    )


def next_version_of(account: PayoutAccount | None) -> int:
    """The version that the next change of an account has."""
    return (account.version if account else 0) + 1


def require_usable(account: PayoutAccount | None, now: str) -> PayoutAccount:
    """The account, if payouts to it are possible now.

    Raises:
        Conflict: there is none, it is not verified, or it was changed less than a day ago.
    """
    if account is None:
        raise Conflict("There is no payout account yet.", code="no_payout_account")
    if not account.verified:
        raise Conflict("The payout account is not verified.", code="payout_account_not_verified")
    if account.usable_from is not None and account.usable_from > now:
        raise Conflict(
            f"The payout account was changed; it can be used from {account.usable_from}.",
            code="payout_account_changed",
            params={"usableFrom": account.usable_from},
        )
    return account


def is_shared(one: PayoutAccount | None, other: PayoutAccount | None) -> bool:
    """Whether two people use the same bank account or the same identity number."""
    if one is None or other is None:
        return False
    return bool({*one.fingerprints} & {*other.fingerprints} or {*one.identity_hashes} & {*other.identity_hashes})


def is_identity_number(text: str) -> bool:
    """Whether a text is a South African identity number: a date of birth, citizenship, and the Luhn checksum."""
    if not re.fullmatch(r"[0-9]{13}", text) or text[10] not in _CITIZENSHIPS:
        return False
    if not any(_is_date(century + text[:6]) for century in ("19", "20")):
        return False
    return _luhn_sum(text) % 10 == 0


def _luhn_sum(digits: str) -> int:
    """The sum of Luhn's checksum: every second digit from the right counts twice, as the sum of its digits."""
    values = [int(digit) for digit in reversed(digits)]
    return sum(values[::2]) + sum(sum(divmod(2 * value, 10)) for value in values[1::2])


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True
