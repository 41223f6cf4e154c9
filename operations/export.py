"""Export all tables of an environment, as of one second, to a bucket, which may be of another account or region."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from operations.refused import Refused
from operations.stack import Stack

WITHIN_SECONDS = 6 * 3600
SHOWN_EVERY_SECONDS = 60


class Export:
    """The export of one environment.

    Args:
        dynamodb: a client of DynamoDB.
        tables: the names of the tables.
        say: what shows a line to the operator.
        poll: the seconds between two looks at an export.
    """

    def __init__(self, dynamodb: Any, tables: list[str], say: Callable[[str], None], poll: float = 15.0) -> None:
        self._dynamodb = dynamodb
        self._tables = tables
        self._say = say
        self._poll = poll
        self._shown = time.monotonic()

    def planned(self, bucket: str, moment: datetime) -> list[str]:
        """A line for each table: its size, and where its export goes."""
        lines = []
        for name in self._tables:
            size = self._dynamodb.describe_table(TableName=name)["Table"].get("TableSizeBytes", 0)
            lines.append(f"{name}, {size / 1e6:.1f} MB -> s3://{bucket}/{_prefix(name, moment)}")
        return lines

    def run(self, bucket: str, owner: str, moment: datetime) -> None:
        """Export every table as it was at a time, and wait until all are done.

        Args:
            bucket: the bucket.
            owner: the account that owns it. AWS then writes to no bucket of the same name that is somebody else's.
            moment: the time, within the 35 days of point-in-time recovery.

        Raises:
            Refused: an export failed or did not end.
        """
        under_way = {name: self._begin(name, bucket, owner, moment) for name in self._tables}
        failed = []
        deadline = time.monotonic() + WITHIN_SECONDS
        while under_way:
            for name, arn in [*under_way.items()]:
                found = self._dynamodb.describe_export(ExportArn=arn)["ExportDescription"]
                if found["ExportStatus"] == "IN_PROGRESS":
                    continue
                del under_way[name]
                if found["ExportStatus"] == "COMPLETED":
                    self._say(f"{name}: {found.get('ItemCount', 0)} items")
                else:
                    failed.append(f"{name}: {found.get('FailureMessage', found['ExportStatus'])}")
            if time.monotonic() > deadline:
                failed += [f"{name}: not done in {WITHIN_SECONDS // 3600} hours" for name in under_way]
                break
            if under_way:
                self._show(len(under_way))
                time.sleep(self._poll)
        if failed:
            raise Refused("Not everything was exported.\n  " + "\n  ".join(failed))

    def _show(self, number: int) -> None:
        """Show how many exports are under way, once in a while."""
        now = time.monotonic()
        if now - self._shown > SHOWN_EVERY_SECONDS:
            self._shown = now
            self._say(f"{number} exports are under way")

    def _begin(self, name: str, bucket: str, owner: str, moment: datetime) -> str:
        table = self._dynamodb.describe_table(TableName=name)["Table"]
        made = self._dynamodb.export_table_to_point_in_time(
            TableArn=table["TableArn"],
            S3Bucket=bucket,
            S3BucketOwner=owner,
            S3Prefix=_prefix(name, moment),
            S3SseAlgorithm="AES256",
            ExportTime=moment,
            ExportFormat="DYNAMODB_JSON",
            ClientToken=f"{name}-{moment:%Y%m%dT%H%M%S}"[-64:],  # a repeated command begins no second export
        )
        return str(made["ExportDescription"]["ExportArn"])


def _prefix(table: str, moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}/{table}"


def of_stack(session: Any, stack: str, say: Callable[[str], None]) -> Export:
    """The export of a deployed stack."""
    tables = [one.physical for one in Stack(session, stack).must_have("AWS::DynamoDB::Table")]
    return Export(session.client("dynamodb"), sorted(tables), say)
