"""Payout accounts: items of the Payouts table.

* `account#<userId>`: a person's account; with `dueShard` and `dueAt` while it waits for its check.
* `checks#<userId>#<day>`: how many checks the person caused in a day.
* `banks`: the provider's banks, as they were fetched last.
"""

from __future__ import annotations

from khaya.payout_accounts.model import CHECKS_PER_DAY, Banks, PayoutAccount
from khaya.platform.base import clock, ids
from khaya.platform.base.changed_day import changed_today
from khaya.platform.base.errors import Conflict, TooMany, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes

PREFIX = "account#"
SHARDS = 8
"""Shards of the index of what is due in the Payouts table; payouts share it."""
_DAY_SECONDS = 24 * 3600


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a person's payout account."""
    return settings().payouts_table, {"id": f"{PREFIX}{user_id}"}


def banks_key() -> tuple[str, dict[str, str]]:
    """Primary key of the list of banks."""
    return settings().payouts_table, {"id": "banks"}


def read(item: Item | None) -> PayoutAccount | None:
    """The payout account in `item`; None for None."""
    return PayoutAccount.model_validate(item) if item else None


def newly_verified(before: Item, after: Item) -> str | None:
    """The id of the person whose payout account a change of an item verified; None if it did not."""
    if not str(after.get("id", "")).startswith(PREFIX) or before.get("verified") or not after.get("verified"):
        return None
    return str(after["id"]).removeprefix(PREFIX)


def find(user_id: str) -> PayoutAccount | None:
    """A person's payout account; None if there is none."""
    return read(dynamo.get(*key(user_id)))


def read_banks(item: Item | None) -> Banks | None:
    """The list of banks in `item`; None for None."""
    return Banks.model_validate(item) if item else None


def change(user_id: str, before: PayoutAccount | None, after: PayoutAccount) -> writes.Write:
    """Write an account, if nobody has changed it since it was read."""
    condition, values = "attribute_not_exists(#id)", None
    if before is not None:
        condition = f"#version = :version AND {writes.same_presence('sealed', present=before.is_being_checked)}"
        values = {"version": before.version}
    return writes.put(
        settings().payouts_table,
        _item(user_id, after),
        condition=condition,
        refusal=lambda _: WriteConflict(),
        values=values,
    )


def require_unchanged(user_id: str, account: PayoutAccount | None) -> writes.Write:
    """Check that the payout account is the version that was read."""
    version = account.version if account else 0
    return writes.check(
        *key(user_id),
        condition="#version = :version" if version else "attribute_not_exists(#version)",
        refusal=lambda _: Conflict(
            "The payout account changed just now. Look at it and ask again.", code="payout_account_outdated"
        ),
        values={"version": version} if version else None,
    )


def erase(user_id: str) -> writes.Write:
    """Delete a person's account. The hashes of the identity number stay, so that it cannot be used afresh."""
    return writes.delete(*key(user_id), condition=None, refusal=lambda _: WriteConflict())


def count_check(user_id: str, now: str) -> writes.Write:
    """Count a check of an account; refused above the limit of a day (South Africa)."""
    day = clock.local_day(now)
    ends = clock.epoch(clock.local_hour(now, 0, days=1))
    return writes.update(
        settings().payouts_table,
        {"id": f"checks#{user_id}#{day}"},
        "SET #expiresAt = :expires ADD #checks :one",
        condition="attribute_not_exists(#checks) OR #checks < :most",
        refusal=lambda _: TooMany(
            f"At most {CHECKS_PER_DAY} bank accounts are checked in a day.",
            ends - clock.epoch(now),
            code="too_many_account_checks",
        ),
        values={"expires": ends + _DAY_SECONDS, "one": 1, "most": CHECKS_PER_DAY},
    )


def put_banks(banks: Banks) -> writes.Write:
    """Store the list of banks."""
    item = {**item_of(banks), "id": "banks"}
    return writes.put(settings().payouts_table, item, condition=None, refusal=lambda _: WriteConflict())


def _item(user_id: str, account: PayoutAccount) -> Item:
    item = {**item_of(account), **changed_today(), "id": f"{PREFIX}{user_id}"}
    if account.next_at is not None:
        item |= {"dueShard": str(ids.shard_of(item["id"], SHARDS)), "dueAt": account.next_at}
    return item
