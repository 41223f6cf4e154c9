"""Asking for an export. `making` makes it."""

from __future__ import annotations

from khaya.exports import model, store
from khaya.exports.model import Export
from khaya.platform.aws import files
from khaya.platform.data.unit_of_work import UnitOfWork


def request(user_id: str, *, now: str, unit_of_work: UnitOfWork) -> tuple[Export, bool]:
    """Ask for an export, and answer whether a new one begins: none does while one is pending or its file is there."""
    present = store.find(user_id)
    if present is not None and present.stands(now):
        return present, False
    export = model.asked_for(user_id, now)
    unit_of_work.add(store.begin(present, export))
    return export, True


def own(user_id: str, now: str) -> Export | None:
    """A person's export; None where they have asked for none, or its file is gone."""
    export = store.find(user_id)
    return export if export is not None and export.is_there(now) else None


def link(export: Export) -> str | None:
    """A link to the file, once it is there."""
    if export.export_status != "ready":
        return None
    return files.link(store.file_key(export), f"khaya-export-{export.requested_at[:10]}.json")
