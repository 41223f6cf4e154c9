"""The Payouts table, keyed by `id`: payouts, and `sent#<userId>#<day>`, what was sent to a person in a day.

It also holds the payout accounts. The index `byDue` holds what is to be looked at, in shards; `byPerson` and `byStatus`
list payouts by their creation, `byPending` those that wait for an admin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from khaya.payout_accounts.store import SHARDS
from khaya.payouts.model import Payout, Status
from khaya.platform.base import clock, ids
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

_FOR_ADMIN: Final = "admin"
_KEEP_SECONDS: Final = 3 * 24 * 3600


def key(payout_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a payout."""
    return settings().payouts_table, {"id": payout_id}


def read(item: Item | None) -> Payout | None:
    """The payout in `item`; None for None, and for another item of the table."""
    return Payout.model_validate(item) if item and "amountCents" in item else None


def find(payout_id: str) -> Payout | None:
    """The payout; None if there is none."""
    return read(dynamo.get(*key(payout_id)))


def create(payout: Payout) -> writes.Write:
    """Store a new payout."""
    return writes.create(settings().payouts_table, _item(payout))


def earned_by(user_id: str, span: tuple[str, str], *, batch: int, newest_first: bool = True) -> Iterator[Payout]:
    """The payouts of what a person earned, in an order of `order` within `span`."""
    table = settings().payouts_table
    rows = lists.rows_between(
        table, "byPerson", "userId", user_id, "order", span, batch=batch, newest_first=newest_first
    )
    return (Payout.model_validate(row) for row in rows if row["kind"] == "earning")


def change(before: Payout, after: Payout) -> writes.Write:
    """Write the difference, if the payout's version is unchanged."""
    return writes.replace_version(*key(before.id), _item(before), _item(after), version=before.version)


def with_status(status: Status, page_request: PageRequest) -> PageResult[Payout]:
    """The payouts of one status, newest first."""
    return _page("byStatus", "status", status, page_request, newest_first=True)


def for_admin(page_request: PageRequest) -> PageResult[Payout]:
    """The payouts that wait for an admin, oldest first."""
    return _page("byPending", "waitsFor", _FOR_ADMIN, page_request, newest_first=False)


def waits_for_admin_since(then: str) -> bool:
    """Whether a payout that was created before `then` waits for an admin."""
    rows = dynamo.query(
        settings().payouts_table,
        "byPending",
        "#waitsFor = :admin AND #order < :then",
        limit=1,
        newest_first=False,
        values={"admin": _FOR_ADMIN, "then": then},
    )
    return bool(rows)


def due(shard: int, now: str) -> Iterator[list[str]]:
    """Pages of ids of a shard's items that are to be looked at now, longest overdue first."""
    return ([row["id"] for row in rows] for rows in lists.due_pages(settings().payouts_table, shard, now))


def day_key(user_id: str, day: str) -> tuple[str, dict[str, str]]:
    """Primary key of what was sent to a person in a day."""
    return settings().payouts_table, {"id": f"sent#{user_id}#{day}"}


def read_day(item: Item | None) -> int:
    """The cents in the item of a day."""
    return int(item["sentCents"]) if item else 0


def count_sent(payout: Payout, *, day: str, step: int, was_cents: int | None = None) -> writes.Write:
    """Add `step` times the amount to what was sent in a day; with `was_cents`, only if that was the sum before."""
    condition = None
    if was_cents is not None:
        condition = "#sentCents = :was" if was_cents else "attribute_not_exists(#sentCents) OR #sentCents = :was"
    return writes.update(
        *day_key(payout.user_id, day),
        "SET #expiresAt = :expires ADD #sentCents :cents",
        condition=condition,
        refusal=lambda _: WriteConflict(),
        values={
            "expires": clock.epoch(payout.updated_at) + _KEEP_SECONDS,
            "cents": step * payout.amount_cents,
            **({"was": was_cents} if was_cents is not None else {}),
        },
    )


def _page(
    index: str, attribute: str, value: str, page_request: PageRequest, *, newest_first: bool
) -> PageResult[Payout]:
    return lists.list_page(
        settings().payouts_table, index, attribute, value, page_request, order="order", newest_first=newest_first
    ).mapped(Payout.model_validate)


def _item(payout: Payout) -> Item:
    """The item of a payout, with the attributes of its indexes."""
    item = {**item_of(payout), "order": f"{payout.created_at}#{payout.id}"}
    if payout.next_at is not None:
        item |= {"dueShard": str(ids.shard_of(payout.id, SHARDS)), "dueAt": payout.next_at}
    if payout.for_admin:
        item["waitsFor"] = _FOR_ADMIN
    return item
