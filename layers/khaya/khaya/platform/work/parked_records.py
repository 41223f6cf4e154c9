"""Parks stream records that cannot be dispatched: whole, as files in the private bucket, from which they are replayed.

A stream keeps its records for a day, and its dead letters hold no record. A record has up to 800 KB, both images
together, which is more than an item of a table allows. `operations/parked_records.py` lists and replays the files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeAlias

from khaya.platform.aws import files
from khaya.platform.base import clock, observability
from khaya.platform.data.stream_records import created_at
from khaya.platform.work.parallel import in_parallel

Change: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]

_AT_A_TIME: Final = 64
_THREADS: Final = 8


def park(record: Mapping[str, Any], error: Exception) -> None:
    """Store a record with the kind of error that kept it from being dispatched. Parking again replaces the file.

    Raises:
        Unavailable: the record could not be stored.
    """
    table = record["eventSourceARN"].split("/")[1]
    content = {
        "parkedAt": clock.now(),
        "error": type(error).__name__,
        "table": table,
        "keys": record["dynamodb"]["Keys"],
        "record": record,
    }
    key = f"{files.PARKED}/{table}/{created_at(record)}-{record['dynamodb']['SequenceNumber']}.json"
    _put(key, content)
    fields = {"eventId": record["eventID"], "table": table, "error": content["error"], "file": key}
    observability.logger().error("record parked", extra=fields)
    observability.call_operator("record_parked")


def names() -> Iterator[str]:
    """The names of the files of all parked records: their keys without the folder.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    return (file["key"].removeprefix(f"{files.PARKED}/") for file in files.list_files(f"{files.PARKED}/"))


def rewrite(prefix: str, change: Change) -> Iterator[int]:
    """Replace each parked record by what `change` returns for it, and delete it for None; yields numbers of changes.

    A record that was parked again has several versions; all but the present one are deleted.

    Args:
        prefix: the beginning of the files' keys, without the folder.
        change: returns the same object for a record that stays as it is.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    versions = files.list_versions(f"{files.PARKED}/{prefix}")
    while some := list(islice(versions, _AT_A_TIME)):
        yield sum(in_parallel(lambda one: _rewrite(*one, change), some, _THREADS))


def _rewrite(key: str, version: str, is_latest: bool, change: Change) -> bool:
    """Rewrite or delete one version of a file; returns whether it was the present one and changed."""
    if not is_latest:
        files.delete_version(key, version)
        return False
    content = json.loads(files.read(key))
    record = change(content["record"])
    if record is content["record"]:
        return False
    if record is not None:
        _put(key, {**content, "record": record})
    files.delete_version(key, version)
    return True


def _put(key: str, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, separators=(",", ":"), default=_plain)
    files.put(key, text.encode(), content_type="application/json")


def _plain(value: Any) -> Any:
    """Times as Lambda writes them: seconds."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(type(value).__name__)
