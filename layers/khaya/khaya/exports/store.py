"""Exports, in the Users table under `export#<userId>`, and their files' keys in the media bucket."""

from __future__ import annotations

from khaya.exports.model import Export
from khaya.platform.aws import files
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes


def _key(user_id: str) -> tuple[str, dict[str, str]]:
    return settings().users_table, {"userId": f"export#{user_id}"}


def find(user_id: str) -> Export | None:
    """The person's export; None if there is none."""
    (item,) = dynamo.get_many([_key(user_id)])
    return Export.model_validate(item) if item else None


def begin(before: Export | None, export: Export) -> writes.Write:
    """Start an export that replaces `before`; refused if another was started in the meantime."""
    return writes.replace(
        *_key(export.export_of),
        item_of(before) if before else {},
        item_of(export),
        condition="#exportId = :was" if before else "attribute_not_exists(#exportId)",
        refusal=lambda _: WriteConflict(),
        values={"was": before.export_id} if before else None,
    )


def set_ready(export: Export, now: str) -> writes.Write:
    """Mark the export as ready; refused if it was replaced or deleted."""
    return writes.update(
        *_key(export.export_of),
        "SET #exportStatus = :ready, #readyAt = :now",
        condition="#exportId = :id",
        refusal=lambda _: WriteConflict(),
        values={"ready": "ready", "now": now, "id": export.export_id},
    )


def delete(user_id: str) -> writes.Write:
    """Delete a person's export, if there is one."""
    return writes.delete(*_key(user_id), condition=None, refusal=lambda _: WriteConflict())


def folder(user_id: str) -> str:
    """The folder of a person's export files."""
    return f"{files.EXPORTS}/{user_id}/"


def file_key(export: Export) -> str:
    """The key of an export's file."""
    return f"{folder(export.export_of)}{export.export_id}.json"
