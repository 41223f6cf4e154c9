"""List and replay the stream records that the stream dispatcher has parked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config

from operations.stack import ALIAS, Stack

FOLDER = "parked/"
MAX_CHECKED = 500
"""The files of one call of the repair."""
MAX_RECORDS = 100
MAX_BYTES = 4_000_000
"""The records of one call of the dispatcher; Lambda takes six megabytes."""
PATIENCE_SECONDS = 660
"""How long a call may take: more than the timeouts of both functions."""


@dataclass(frozen=True)
class ParkedRecord:
    """A parked record.

    Attributes:
        file: the key of its file in the bucket.
        version: the version of that file.
        size: the bytes of the file.
        content: what the file holds: `parkedAt`, `error`, `table`, `keys` and the `record`.
    """

    file: str
    version: str
    size: int
    content: dict[str, Any]

    @property
    def sequence_number(self) -> str:
        """The record's place in its stream's shard."""
        return str(self.content["record"]["dynamodb"]["SequenceNumber"])


@dataclass
class ReplayCounts:
    """The files of the records that were replayed, and of those that failed again and were kept."""

    replayed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class ParkedRecords:
    """The parked records of one environment, the function that dispatches them, and the one that checks them.

    Args:
        s3: a client of S3.
        functions: a client of Lambda.
        bucket: the media bucket.
        dispatcher: the name of the stream dispatcher.
        repair: the name of the function `repair`.
    """

    def __init__(self, s3: Any, functions: Any, bucket: str, dispatcher: str, repair: str) -> None:
        self._s3 = s3
        self._functions = functions
        self._bucket = bucket
        self._dispatcher = dispatcher
        self._repair = repair

    def files(self) -> list[str]:
        """The keys of all parked records: by table, then in the order of the changes."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=FOLDER)
        return sorted((file["Key"] for page in pages for file in page.get("Contents", [])), key=_order)

    def read(self, files: Iterable[str]) -> Iterator[ParkedRecord]:
        """The records in these files."""
        for file in files:
            answer = self._s3.get_object(Bucket=self._bucket, Key=file)
            body = answer["Body"].read()
            yield ParkedRecord(file, answer["VersionId"], len(body), json.loads(body))

    def replay(self, files: Sequence[str] = ()) -> ReplayCounts:
        """Dispatch the records again, all if no files are named, and delete those that succeeded.

        The data of people who were erased since is removed from them first, so that none of it comes back. The
        dispatcher dispatches, with its own permissions. Each consumer tolerates a message that it had before.

        Raises:
            RuntimeError: the records could not be checked; none was dispatched.
        """
        report = ReplayCounts()
        wanted = sorted(files, key=_order) or self.files()
        self._remove_erased_people(wanted)
        for batch in _batches(self.read(self._still_there(wanted))):
            failed = self._dispatch(batch)
            print(f"{batch[0].content['table']}: {len(batch)} dispatched, {len(failed)} of them failed", flush=True)
            for one in batch:
                if one.sequence_number in failed:
                    report.failed.append(one.file)
                    continue
                self._s3.delete_object(Bucket=self._bucket, Key=one.file, VersionId=one.version)
                report.replayed.append(one.file)
        return report

    def _remove_erased_people(self, files: Sequence[str]) -> None:
        """Have the data of erased people removed from the records, which deletes some of them."""
        for first in range(0, len(files), MAX_CHECKED):
            left = list(files[first : first + MAX_CHECKED])
            while left:
                answer = self._functions.invoke(
                    FunctionName=self._repair, Qualifier=ALIAS, Payload=json.dumps({"objects": left}).encode()
                )
                said = json.loads(answer["Payload"].read())
                if "FunctionError" in answer or said["findings"]["failed"]:
                    raise RuntimeError(f"{self._repair} failed: {said}")
                left = said["left"]

    def _still_there(self, files: Sequence[str]) -> list[str]:
        """Those of the files that were not deleted, in the same order."""
        present = set(self.files())
        return [file for file in files if file in present]

    def _dispatch(self, batch: Sequence[ParkedRecord]) -> set[str]:
        """Dispatch records of one table; returns the sequence numbers of those that failed."""
        event = {"Records": [one.content["record"] for one in batch], "replay": True}
        answer = self._functions.invoke(
            FunctionName=self._dispatcher, Qualifier=ALIAS, Payload=json.dumps(event).encode()
        )
        said = json.loads(answer["Payload"].read() or "null")
        if "FunctionError" in answer:
            return {one.sequence_number for one in batch}
        return {failure["itemIdentifier"] for failure in said["batchItemFailures"]}


def of_stack(session: Any, stack: str) -> ParkedRecords:
    """The parked records of a deployed stack."""
    name = Stack(session, stack).physical
    # A call is not repeated by itself: its first attempt may still be at work.
    patient = Config(read_timeout=PATIENCE_SECONDS, retries={"total_max_attempts": 1})
    return ParkedRecords(
        session.client("s3", config=Config(s3={"addressing_style": "path"})),
        session.client("lambda", config=patient),
        name("MediaBucket"),
        name("StreamDispatcherFunction"),
        name("RepairFunction"),
    )


def _order(file: str) -> tuple[str, str, int]:
    """The table, the time of the change, and its place in the shard: `parked/<table>/<time>-<sequence number>.json`."""
    table, _, name = file.removeprefix(FOLDER).partition("/")
    time, _, sequence = name.removesuffix(".json").rpartition("-")
    return table, time, int(sequence)


def _batches(records: Iterable[ParkedRecord]) -> Iterator[list[ParkedRecord]]:
    """Records of the same table, as many as one call takes."""
    batch: list[ParkedRecord] = []
    for one in records:
        full = len(batch) == MAX_RECORDS or sum(other.size for other in batch) + one.size > MAX_BYTES
        if batch and (full or batch[0].content["table"] != one.content["table"]):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def show(parked: ParkedRecords) -> None:
    """Print each parked record on a line: file, when it was parked, error and keys."""
    files = parked.files()
    for one in parked.read(files):
        keys = json.dumps(one.content["keys"])
        print(f"{one.file}  {one.content['parkedAt']}  {one.content['error']}  {keys}")
    print(f"{len(files)} parked")


def replay(parked: ParkedRecords, files: Sequence[str]) -> bool:
    """Replay records and print what became of them; returns whether all succeeded."""
    report = parked.replay(files)
    for file in report.failed:
        print(f"failed again, kept: {file}")
    print(f"{len(report.replayed)} replayed, {len(report.failed)} failed")
    return not report.failed
