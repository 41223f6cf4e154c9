"""The Uploads table, keyed by `key`. Its TTL removes the items of uploads that were never handed in."""

from __future__ import annotations

from collections.abc import Collection

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.uploads.model import PictureFacts, Upload


def key(upload_key: str) -> tuple[str, dict[str, str]]:
    """Where the upload is stored, for a read together with others."""
    return settings().uploads_table, {"key": upload_key}


def find(upload_key: str) -> Upload | None:
    """The upload, if there is one."""
    item = dynamo.get(*key(upload_key))
    return Upload.model_validate(item) if item else None


def create(upload: Upload) -> writes.Write:
    """Store an upload that somebody asked to make."""
    return writes.put(
        settings().uploads_table,
        item_of(upload),
        condition="attribute_not_exists(#key)",
        refusal=lambda _: WriteConflict(),
    )


def hand_in(upload: Upload, version_id: str, used_by: str) -> writes.Write:
    """Record that an object shows the upload. The first time, the checked version is pinned and checking begins."""
    values = {"used_by": {used_by}, "one": 1}
    counted = "ADD #usedBy :used_by, #handIns :one"
    if upload.state != "offered":
        return writes.update(
            *key(upload.key),
            counted,
            condition="attribute_exists(#key)",
            refusal=lambda _: WriteConflict(),
            values=values,
        )
    return writes.update(
        *key(upload.key),
        f"SET #state = :checking, #versionId = :version {counted} REMOVE #expiresAt",
        condition="#state = :offered",
        refusal=lambda _: WriteConflict(),
        values={**values, "checking": "checking", "offered": "offered", "version": version_id},
    )


def begin_decoding(upload_key: str) -> int:
    """Count that decoding is begun, and return how often it was.

    Raises:
        WriteConflict: the upload was removed.
    """
    counted = writes.update(
        *key(upload_key),
        "ADD #decodings :one",
        condition="attribute_exists(#key)",
        refusal=lambda _: WriteConflict(),
        values={"one": 1},
    )
    return int(dynamo.update_now(counted)["decodings"])


def decide(upload_key: str, facts: PictureFacts) -> writes.Write:
    """Write what came of checking; refused as `WriteConflict` where the upload was removed meanwhile."""
    found = item_of(facts.model_copy(update={"folder": None})) | {"public": None}
    found = {name: value for name, value in found.items() if value is not None}
    return writes.update(
        *key(upload_key),
        "SET " + ", ".join(f"#{name} = :{name}" for name in found),
        condition="#state = :checking",
        refusal=lambda _: WriteConflict(),
        values={**found, "checking": "checking"},
    )


def remove(upload_keys: Collection[str]) -> None:
    """Remove uploads, however many, whether they are there or not.

    Raises:
        Unavailable: not all were removed; the same call makes up for it.
    """
    dynamo.write_many(
        [writes.delete(*key(one), condition=None, refusal=lambda _: WriteConflict()) for one in upload_keys]
    )
