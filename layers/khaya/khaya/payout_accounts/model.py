"""A person's payout account."""

from __future__ import annotations

from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model


class PayoutAccount(Model):
    """A person's bank account for payouts, with the fields that credits and referrals need.

    Attributes:
        verified: whether the payment provider has confirmed that it is the person's own.
        usable_from: when payouts to it begin; a changed account is held for a day.
        fingerprint: a keyed hash, equal for two people with the same bank account.
        version: the number of changes.
    """

    verified: bool = False
    usable_from: str | None = None
    fingerprint: str | None = None
    version: Count = 0


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
    """Whether two people use the same bank account."""
    return bool(one and other and one.fingerprint and one.fingerprint == other.fingerprint)
