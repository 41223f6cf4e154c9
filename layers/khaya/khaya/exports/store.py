"""A person's export stands in the Users table under `export#<userId>`; its file in the media bucket."""

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
    """The person's export, if they have asked for one."""
    (item,) = dynamo.get_many([_key(user_id)])
    return Export.model_validate(item) if item else None


def begin(before: Export | None, export: Export) -> writes.Write:
    """Begin an export in place of the one before, if nobody has begun another meanwhile."""
    return writes.replace(
        *_key(export.export_of),
        item_of(before) if before else {},
        item_of(export),
        condition="#exportId = :was" if before else "attribute_not_exists(#exportId)",
        refusal=lambda _: WriteConflict(),
        values={"was": before.export_id} if before else None,
    )


def ready(export: Export, now: str) -> writes.Write:
    """The file is there, if it is still wanted."""
    return writes.update(
        *_key(export.export_of),
        "SET #exportStatus = :ready, #readyAt = :now",
        condition="#exportId = :id",
        refusal=lambda _: WriteConflict(),
        values={"ready": "ready", "now": now, "id": export.export_id},
    )


def forget(user_id: str) -> writes.Write:
    """Remove what stands of a person's export, if there is one."""
    return writes.delete(*_key(user_id), condition=None, refusal=lambda _: WriteConflict())


def folder(user_id: str) -> str:
    """Where the files of a person's exports are."""
    return f"{files.EXPORTS}/{user_id}/"


def file_key(export: Export) -> str:
    """The key of an export's file."""
    return f"{folder(export.export_of)}{export.export_id}.json"
