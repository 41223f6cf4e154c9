"""The payout account: the attribute `payoutAccount` of the person's private record."""

from __future__ import annotations

from khaya.payouts.model import PayoutAccount
from khaya.platform.base.models import Item
from khaya.users import store as users


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of the record with the payout account."""
    return users.key(user_id)


def read(record: Item | None) -> PayoutAccount | None:
    """The payout account in a private record, if there is one."""
    found = (record or {}).get("payoutAccount")
    return PayoutAccount.model_validate(found) if found else None
