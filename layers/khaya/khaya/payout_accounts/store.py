"""The payout account: the attribute `payoutAccount` of the person's private record."""

from __future__ import annotations

from khaya.payout_accounts.model import PayoutAccount
from khaya.platform.base.errors import Conflict
from khaya.platform.base.models import Item
from khaya.platform.data import writes
from khaya.users import store as users


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of the record with the payout account."""
    return users.key(user_id)


def read(record: Item | None) -> PayoutAccount | None:
    """The payout account in a private record, if there is one."""
    found = (record or {}).get("payoutAccount")
    return PayoutAccount.model_validate(found) if found else None


def require_unchanged(user_id: str, account: PayoutAccount | None) -> writes.Write:
    """Check that the payout account is the version that was read."""
    version = account.version if account else 0
    return writes.check(
        *key(user_id),
        condition="#payoutAccount.#version = :version" if version else "attribute_not_exists(#payoutAccount.#version)",
        refusal=lambda _: Conflict(
            "The payout account changed just now. Look at it and ask again.", code="payout_account_outdated"
        ),
        values={"version": version} if version else None,
    )
