"""The day of an object's last change, by which the nightly repair finds it.

Jobs, listings, stories and payout accounts have the attribute `changedDay`, written with every change of what something
else is derived from, and the sparse index `byChangedDay`.
"""

from __future__ import annotations

from khaya.platform.data import dynamo


def changed_on(table: str, day: str, limit: int, after: str | None) -> list[str]:
    """Ids of the items of a table that changed last on `day`, in order, starting after `after`."""
    rows = dynamo.query(
        table,
        "byChangedDay",
        "#changedDay = :day",
        limit=limit,
        newest_first=False,
        start={"changedDay": day, "id": after} if after else None,
        values={"day": day},
    )
    return [row["id"] for row in rows]
