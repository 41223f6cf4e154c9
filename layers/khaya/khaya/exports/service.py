"""Requests exports and returns their state. `making` makes the files."""

from __future__ import annotations

from khaya.exports import model, store
from khaya.exports.model import Export
from khaya.platform.aws import files
from khaya.platform.data.unit_of_work import UnitOfWork


def request(user_id: str, *, now: str, unit_of_work: UnitOfWork) -> tuple[Export, bool]:
    """The current export, or a new one; also returns whether it is new."""
    current = store.find(user_id)
    if current is not None and current.is_current(now):
        return current, False
    export = model.new_export(user_id, now)
    unit_of_work.add(store.begin(current, export))
    return export, True


def visible_export(user_id: str, now: str) -> Export | None:
    """A person's export; None if there is none, or its file has expired."""
    export = store.find(user_id)
    return export if export is not None and export.is_visible(now) else None


def link(export: Export) -> str | None:
    """A download link of the file; None if the file is not ready."""
    if export.export_status != "ready":
        return None
    return files.link(store.file_key(export), f"khaya-export-{export.requested_at[:10]}.json")
