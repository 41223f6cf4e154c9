"""The bank account to which a person is paid."""

from __future__ import annotations

from khaya.platform.base.errors import Conflict
from khaya.platform.base.models import Model


class PayoutAccount(Model):
    """A person's payout account, as far as credits and referrals look at it.

    Attributes:
        verified: whether the payment provider has confirmed that it is theirs.
        usable_from: when payouts to it begin; a changed account is held for a day.
        fingerprint: the same for two people who named the same bank account, and tells nothing else about it.
    """

    verified: bool = False
    usable_from: str | None = None
    fingerprint: str | None = None


def usable(account: PayoutAccount | None, now: str) -> PayoutAccount:
    """The account itself, if money can be sent to it now.

    Raises:
        Conflict: there is none, it is not verified, or it was changed less than a day ago.
    """
    if account is None:
        raise Conflict("There is no payout account yet.")
    if not account.verified:
        raise Conflict("The payout account is not verified.")
    if account.usable_from is not None and account.usable_from > now:
        raise Conflict(f"The payout account was changed; it can be used from {account.usable_from}.")
    return account


def shared(one: PayoutAccount | None, other: PayoutAccount | None) -> bool:
    """Whether two people are paid to the same bank account."""
    return bool(one and other and one.fingerprint and one.fingerprint == other.fingerprint)
