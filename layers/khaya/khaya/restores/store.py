"""The note of the last reconciliation, `run#latest` in the Books table: when it ran, and over which tables.

Restored tables have other names (a new generation), but hold the note of the tables that they are copies of. So a note
about other tables says that nothing was reconciled since the restore. So does a missing note in any generation but the
first: the tables were restored to a time before their first reconciliation.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from khaya.platform.base.errors import RetryLater, WriteConflict
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes

_RETRY_SECONDS: Final = 900
_DAYS_AGAIN: Final = 7
"""Days before the last reconciliation that the next one looks at again, since providers list some things late."""
_FIRST_GENERATION: Final = "1"
_FIRST_DAYS: Final = 62
"""Days at which the first reconciliation begins."""


def note_reconciled(now: str) -> writes.Write:
    """Note that the present tables were reconciled."""
    item = {**_key()[1], "at": now, "tables": settings().credits_table}
    return writes.put(settings().books_table, item, condition=None, refusal=lambda _: WriteConflict())


def not_reconciled_since(now: str) -> str:
    """The first day (UTC) of what the next reconciliation compares with the provider."""
    note = dynamo.get(*_key())
    days = _DAYS_AGAIN if note else _FIRST_DAYS
    return (date.fromisoformat((note["at"] if note else now)[:10]) - timedelta(days=days)).isoformat()


def require_reconciled() -> None:
    """Check before money leaves that the tables were not restored, or were reconciled since.

    Raises:
        RetryLater: they were restored, and the reconciliation has not run.
    """
    note, tables = dynamo.get(*_key()), settings().credits_table
    is_first = tables.rpartition("-")[2] == _FIRST_GENERATION
    if (note["tables"] != tables) if note is not None else not is_first:
        raise RetryLater("the tables were restored and are not reconciled yet", _RETRY_SECONDS)


def _key() -> tuple[str, dict[str, str]]:
    return settings().books_table, {"id": "run#latest"}
