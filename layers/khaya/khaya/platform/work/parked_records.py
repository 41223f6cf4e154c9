"""Parks stream records that cannot be dispatched: whole, as files in the private bucket, from which they are replayed.

A stream keeps its records for a day, and its dead letters hold no record. A record has up to 800 KB, both images
together, which is more than an item of a table allows. `operations/parked_records.py` lists and replays the files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from khaya.platform.aws import files
from khaya.platform.base import clock, observability
from khaya.platform.data.stream_records import created_at


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
    observability.count("RecordParked")


def rewrite(change: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]) -> Iterator[str]:
    """Replace each parked record by what `change` returns for it, and delete it for None; yields changed files.

    Former versions of a file, of records that were parked again, are deleted.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    for key, version, is_latest in files.list_versions(f"{files.PARKED}/"):
        if is_latest:
            content = json.loads(files.read(key))
            record = change(content["record"])
            if record == content["record"]:
                continue
            if record is not None:
                _put(key, {**content, "record": record})
        files.delete_version(key, version)
        yield key


def _put(key: str, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, separators=(",", ":"), default=_plain)
    files.put(key, text.encode(), content_type="application/json")


def _plain(value: Any) -> Any:
    """Times as Lambda writes them: seconds."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(type(value).__name__)
