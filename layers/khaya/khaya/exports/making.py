"""Makes the files of exports."""

from __future__ import annotations

from khaya.exports import contents, store
from khaya.platform.aws import files
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import commit_now


def make(user_id: str, export_id: str, now: str) -> bool:
    """Make the file of a pending export; returns whether this call made it. Idempotent.

    If the export was replaced, or the person was erased, the file is deleted again.
    """
    export = store.find(user_id)
    if export is None or export.export_id != export_id or export.export_status != "pending":
        return False
    key = store.file_key(export)
    files.write(key, contents.chunks(user_id, now), content_type="application/json")
    try:
        commit_now(store.set_ready(export, now))
    except WriteConflict:
        for _ in files.delete_folder(key):
            pass
        return False
    return True
