"""The Chargebacks table, keyed by `id`. The index `byStatus` lists those of a status by the time of their answer."""

from __future__ import annotations

from khaya.chargebacks.model import Chargeback, Status
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult


def key(chargeback_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a chargeback."""
    return settings().chargebacks_table, {"id": chargeback_id}


def read(item: Item | None) -> Chargeback | None:
    """The chargeback in `item`; None for None."""
    return Chargeback.model_validate(item) if item else None


def find(chargeback_id: str) -> Chargeback | None:
    """The chargeback with the provider's id; None if there is none."""
    return read(dynamo.get(*key(chargeback_id)))


def create(chargeback: Chargeback) -> writes.Write:
    """Store a new chargeback."""
    return writes.create(settings().chargebacks_table, _item(chargeback))


def change(before: Chargeback, after: Chargeback) -> writes.Write:
    """Write the difference, if the version is unchanged."""
    return writes.replace_version(*key(before.id), _item(before), _item(after), version=before.version)


def with_status(status: Status, page_request: PageRequest) -> PageResult[Chargeback]:
    """Chargebacks of one status: open ones by the time by which they are to be answered, others newest first."""
    return lists.list_page(
        settings().chargebacks_table,
        "byStatus",
        "status",
        status,
        page_request,
        order="order",
        newest_first=status != "open",
    ).mapped(Chargeback.model_validate)


def _item(chargeback: Chargeback) -> Item:
    at = chargeback.due_at or chargeback.created_at if chargeback.status == "open" else chargeback.ended_at
    return {**item_of(chargeback), "order": f"{at}#{chargeback.id}"}
