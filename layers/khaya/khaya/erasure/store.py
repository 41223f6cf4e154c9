"""The part of the Users record that erasures write: the status `erased`, the runs, and what is left at the end."""

from __future__ import annotations

from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import writes
from khaya.users import store as users
from khaya.users.model import User


def mark_erased(user_id: str, now: str) -> writes.Write:
    """Set the status `erased`, which ends all access; refused if the person was erased, is an admin, or in a job."""
    return writes.update(
        *users.key(user_id),
        "SET #status = :erased, #erasedAt = :now, #endedBefore = :second",
        condition="(attribute_not_exists(#status) OR #status <> :erased) AND NOT contains(#roles, :admin)"
        " AND (attribute_not_exists(#jobsInProgress) OR #jobsInProgress <= :none)",
        refusal=lambda _: WriteConflict(),
        values={
            "erased": "erased",
            "now": now,
            "second": clock.epoch(now),
            "admin": "admin",
            "none": 0,
        },
    )


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
