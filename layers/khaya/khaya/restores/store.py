"""The note of the last reconciliation, `run#latest` in the Books table: when it ran, and over which tables.

Restored tables have other names (a new generation), but hold the note of the tables that they are copies of. So a note
about other tables says that nothing was reconciled since the restore.
"""

from __future__ import annotations

from typing import Final

from khaya.platform.base.errors import RetryLater, WriteConflict
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes

_RETRY_SECONDS: Final = 900


def note_reconciled(now: str) -> writes.Write:
    """Note that the present tables were reconciled."""
    item = {**_key()[1], "at": now, "tables": settings().credits_table}
    return writes.put(settings().books_table, item, condition=None, refusal=lambda _: WriteConflict())


def require_reconciled() -> None:
    """Check before money leaves that the tables were not restored, or were reconciled since.

    Raises:
        RetryLater: they were restored, and the reconciliation has not run.
    """
    note = dynamo.get(*_key())
    if note is not None and note["tables"] != settings().credits_table:
        raise RetryLater("the tables were restored and are not reconciled yet", _RETRY_SECONDS)


def _key() -> tuple[str, dict[str, str]]:
    return settings().books_table, {"id": "run#latest"}
