"""The Refunds table, keyed by `id`."""

from __future__ import annotations

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import writes
from khaya.refunds.model import Refund


def key(job_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of the refund of a job's escrow."""
    return settings().refunds_table, {"id": job_id}


def read(item: Item | None) -> Refund | None:
    """The refund in `item`; None for None."""
    return Refund.model_validate(item) if item else None


def create(refund: Refund) -> writes.Write:
    """Store a new refund."""
    return writes.put(
        settings().refunds_table,
        item_of(refund),
        condition="attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
    )
