"""Making the file of an export."""

from __future__ import annotations

from khaya.exports import contents, store
from khaya.platform.aws import files
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import commit_now


def make(user_id: str, export_id: str, now: str) -> bool:
    """Make the file of an export that waits for it, and answer whether this call did.

    May be run any number of times. Where another was begun, or the person was erased meanwhile, no file stays.
    """
    export = store.find(user_id)
    if export is None or export.export_id != export_id or export.export_status != "pending":
        return False
    key = store.file_key(export)
    files.write(key, contents.pieces(user_id, now), content_type="application/json")
    try:
        commit_now(store.ready(export, now))
    except WriteConflict:
        for _ in files.remove(key):
            pass
        return False
    return True
