"""The payout account stands in the person's private record, as its `payoutAccount`."""

from __future__ import annotations

from khaya.payouts.model import PayoutAccount
from khaya.platform.base.models import Item
from khaya.users import store as users


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """Where the payout account stands, for a read together with others."""
    return users.key(user_id)


def read(record: Item | None) -> PayoutAccount | None:
    """The payout account in a private record, if the person has named one."""
    found = (record or {}).get("payoutAccount")
    return PayoutAccount.model_validate(found) if found else None
