"""The part of the Users record that erasures write: the status `erased`, the runs, and what is left at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import lists, writes
from khaya.users import store as users
from khaya.users.model import User

_SHARD: Final = "0"
"""Erasures that wait are few, so that one partition of the index holds them."""


def mark_erased(user_id: str, now: str, held_until: str | None) -> writes.Write:
    """Set the status `erased`, which ends all access; refused if the person was erased, is an admin, or in a job.

    The data is erased after `held_until`, by the index `byDue`; at once if it is None.
    """
    held = {"shard": _SHARD, "due": held_until} if held_until is not None else {}
    return writes.update(
        *users.key(user_id),
        "SET #status = :erased, #erasedAt = :now, #endedBefore = :second"
        + (", #dueShard = :shard, #dueAt = :due" if held else ""),
        condition="(attribute_not_exists(#status) OR #status <> :erased) AND NOT contains(#roles, :admin)"
        " AND (attribute_not_exists(#jobsInProgress) OR #jobsInProgress <= :none)",
        refusal=lambda _: WriteConflict(),
        values={
            "erased": "erased",
            "now": now,
            "second": clock.epoch(now),
            "admin": "admin",
            "none": 0,
            **held,
        },
    )


def held_until(item: Item | None) -> str | None:
    """Until when the data of the person in `item` is kept; None if it is not."""
    at: str | None = (item or {}).get("dueAt")
    return at


def is_closed(item: Item | None) -> bool:
    """Whether everything of the person in `item` was closed that need not wait."""
    return "closedAt" in (item or {})


def mark_closed(user_id: str, now: str) -> writes.Write:
    """Note that everything of a person was closed that need not wait."""
    return writes.update(
        *users.key(user_id),
        "SET #closedAt = :now",
        condition="#status = :erased",
        refusal=lambda _: WriteConflict(),
        values={"now": now, "erased": "erased"},
    )


def postpone(user_id: str, due_at: str) -> writes.Write:
    """Keep the data of a person longer."""
    return writes.update(
        *users.key(user_id),
        "SET #dueAt = :due",
        condition="#status = :erased AND attribute_exists(#dueAt)",
        refusal=lambda _: WriteConflict(),
        values={"due": due_at, "erased": "erased"},
    )


def due(now: str) -> Iterator[str]:
    """The people whose data was kept until now, longest overdue first."""
    pages = lists.due_pages(settings().users_table, _SHARD, now, key="userId")
    return (row["userId"] for rows in pages for row in rows)


def request_erasure_run(user_id: str) -> writes.Write:
    """Count one more run of the erasure; the change in the table's stream starts that run."""
    return writes.update(
        *users.key(user_id),
        "ADD #erasureRuns :one",
        condition="#status = :erased",
        refusal=lambda _: WriteConflict(),
        values={"one": 1, "erased": "erased"},
    )


def repeat_erasure(user_id: str, now: str) -> writes.Write:
    """Begin the erasure of a person anew, whatever a restored record says; its stream starts the first run."""
    return writes.update(
        *users.key(user_id),
        "SET #status = :erased, #erasedAt = if_not_exists(#erasedAt, :now), #endedBefore = :second,"
        " #erasureRepeatedAt = :now REMOVE #erasureDoneAt ADD #erasureRuns :one",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"erased": "erased", "now": now, "second": clock.epoch(now), "one": 1},
    )


def is_erasure_repeated(item: Item | None) -> bool:
    """Whether the erasure of the person in `item` was begun anew, and is not complete."""
    return "erasureRepeatedAt" in (item or {})


def leave_tombstone(user: User, erased_at: str, now: str) -> writes.Write:
    """Replace the record by one without personal data, which only shows that the account was erased."""
    tombstone = {"userId": user.user_id, "status": "erased", "erasedAt": erased_at, "erasureDoneAt": now}
    return writes.put(
        settings().users_table,
        {**tombstone, "createdAt": user.created_at},
        condition="#status = :erased",
        refusal=lambda _: WriteConflict(),
        values={"erased": "erased"},
    )
