"""Restore the tables of an environment to one second, as a new generation beside the present one.

A restored table lacks stream, expiry, tags, backups, limits, protection and policy. Each is copied from the present
table. Search and Directory are derived: they are not restored, and are filled by the repairs. What people were told and
what the audit trail got after that second is carried over before the restored tables have streams, so that nothing is
sent or recorded twice.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from operations.change_rules import DERIVED
from operations.comparison import Comparison, compare
from operations.refused import Refused

CARRIED = ("AuditTable", "NotificationsTable", "RemindersTable")
"""Tables whose later changes are carried over: what was recorded, and what people were told."""
WITHIN_SECONDS = 8 * 3600
SHOWN_EVERY_SECONDS = 60
COMPARED = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "StreamSpecification")


class Restore:
    """The restored tables of one environment.

    Args:
        dynamodb: a client of DynamoDB.
        tables: the names of the present tables, by their logical names.
        say: what shows a line to the operator.
        poll: the seconds between two looks at a table.
    """

    def __init__(self, dynamodb: Any, tables: dict[str, str], say: Callable[[str], None], poll: float = 10.0) -> None:
        self._dynamodb = dynamodb
        self._tables = {logical: name for logical, name in sorted(tables.items()) if logical not in DERIVED}
        self._say = say
        self._poll = poll

    def targets(self) -> dict[str, str]:
        """The names of the restored tables, by those of the present ones."""
        return {name: next_generation(name) for name in self._tables.values()}

    def run(self, moment: datetime, *, copied: bool = False) -> dict[str, Comparison]:
        """Restore all tables, give them what they lack, and compare them with the present ones.

        Interrupted, it can be run again with the same time.

        Args:
            moment: the second.
            copied: whether the restored tables were made from copies, and only lack what a restored table lacks.

        Returns:
            What differs, by the logical name of the table.

        Raises:
            Refused: a table cannot be restored to that time; a table of the new generation is there already, of another
                time; or a restored table has another form.
        """
        if copied:
            missing = [target for target in self.targets().values() if self._described(target) is None]
            if missing:
                raise Refused(f"{', '.join(missing)} is not there. Restore every table from its copy first.")
        else:
            for name in self._tables.values():
                self._check_window(name, moment)
            for source, target in self.targets().items():
                self._begin(source, target, moment)
        found = {}
        for number, (logical, source) in enumerate(self._tables.items(), start=1):
            target = next_generation(source)
            self._wait(target)
            # Before it has a stream and a policy.
            found[logical] = compare(self._dynamodb, source, target, carry=logical in CARRIED)
            self._complete(source, target)
            self._say(f"[{number}/{len(self._tables)}] {target}: {found[logical]}")
        differences = [line for source, target in self.targets().items() for line in self._differences(source, target)]
        if differences:
            raise Refused("The restored tables differ.\n  " + "\n  ".join(differences))
        return found

    def _check_window(self, table: str, moment: datetime) -> None:
        backups = self._dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        window = backups.get("PointInTimeRecoveryDescription", {})
        first, last = window.get("EarliestRestorableDateTime"), window.get("LatestRestorableDateTime")
        if first is not None and last is not None and not first <= moment <= last:
            raise Refused(
                f"{table} can be restored to a time between {first:%Y-%m-%d %H:%M:%S} and {last:%Y-%m-%d %H:%M:%S}. "
                "Give a time in between, or use a copy: docs/operating.md, Restoring."
            )

    def _begin(self, source: str, target: str, moment: datetime) -> None:
        found = self._described(target)
        if found is None:
            self._dynamodb.restore_table_to_point_in_time(
                SourceTableName=source, TargetTableName=target, RestoreDateTime=moment
            )
        elif found.get("RestoreSummary", {}).get("RestoreDateTime", moment) != moment:
            raise Refused(f"{target} is there already, restored to another time. Delete it, or restore to that time.")

    def _complete(self, source: str, target: str) -> None:
        """Give a restored table what the present one has."""
        wanted, found = self._must_describe(source), self._must_describe(target)
        # DynamoDB takes one kind of change at a time.
        limit = wanted.get("OnDemandThroughput")
        if limit and limit != found.get("OnDemandThroughput"):
            self._update(target, OnDemandThroughput=limit)
        limited = {one["IndexName"]: one.get("OnDemandThroughput") for one in found.get("GlobalSecondaryIndexes", [])}
        for index in wanted.get("GlobalSecondaryIndexes", []):
            limit = index.get("OnDemandThroughput")
            if limit and limit != limited.get(index["IndexName"]):
                change = {"Update": {"IndexName": index["IndexName"], "OnDemandThroughput": limit}}
                self._update(target, GlobalSecondaryIndexUpdates=[change])
        if wanted.get("StreamSpecification") != found.get("StreamSpecification"):
            self._update(target, StreamSpecification=wanted["StreamSpecification"])
        expiry = self._expiry(source)
        if expiry and self._expiry(target) != expiry:
            specification = {"Enabled": True, "AttributeName": expiry}
            self._dynamodb.update_time_to_live(TableName=target, TimeToLiveSpecification=specification)
        tags = [one for one in self._tags(wanted["TableArn"]) if not one["Key"].startswith("aws:")]
        if tags:
            self._dynamodb.tag_resource(ResourceArn=found["TableArn"], Tags=tags)
        self._dynamodb.update_continuous_backups(
            TableName=target, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        policy = self._policy(wanted["TableArn"])
        if policy:
            self._dynamodb.put_resource_policy(ResourceArn=found["TableArn"], Policy=policy.replace(source, target))
        if wanted.get("DeletionProtectionEnabled") and not found.get("DeletionProtectionEnabled"):
            self._update(target, DeletionProtectionEnabled=True)

    def _differences(self, source: str, target: str) -> Iterator[str]:
        wanted, found = self._must_describe(source), self._must_describe(target)
        for name in COMPARED:
            if _form(wanted.get(name)) != _form(found.get(name)):
                yield f"{target}: {name} is {found.get(name)}, not {wanted.get(name)}"
        if self._expiry(source) != self._expiry(target):
            yield f"{target}: no expiry by {self._expiry(source)}"

    def _update(self, table: str, **change: Any) -> None:
        self._dynamodb.update_table(TableName=table, **change)
        self._wait(table)

    def _wait(self, table: str) -> None:
        began = shown = time.monotonic()
        while (status := self._must_describe(table)["TableStatus"]) != "ACTIVE":
            now = time.monotonic()
            if now - began > WITHIN_SECONDS:
                raise Refused(f"{table} is not ready. Look at it in DynamoDB's console, then run the command again.")
            if now - shown > SHOWN_EVERY_SECONDS:
                shown = now
                self._say(f"{table} is {status.lower()} since {(now - began) / 60:.0f} min")
            time.sleep(self._poll)

    def _described(self, table: str) -> dict[str, Any] | None:
        try:
            return self._must_describe(table)
        except self._dynamodb.exceptions.ResourceNotFoundException:
            return None

    def _must_describe(self, table: str) -> dict[str, Any]:
        found: dict[str, Any] = self._dynamodb.describe_table(TableName=table)["Table"]
        return found

    def _expiry(self, table: str) -> str | None:
        found = self._dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        on = found.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}
        return str(found["AttributeName"]) if on else None

    def _tags(self, arn: str) -> list[dict[str, str]]:
        pages = self._dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
        return [one for page in pages for one in page["Tags"]]

    def _policy(self, arn: str) -> str | None:
        try:
            return str(self._dynamodb.get_resource_policy(ResourceArn=arn)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "PolicyNotFoundException":
                raise
            return None


def next_generation(table: str) -> str:
    """The name of a table in the next generation, which is the last part of its name."""
    return re.sub(r"\d+$", lambda found: str(int(found[0]) + 1), table)


def _form(value: Any) -> Any:
    """A value without the order of lists, and without what DynamoDB counts and names in indexes."""
    if isinstance(value, list):
        return sorted((_form(one) for one in value), key=str)
    if isinstance(value, dict) and "IndexName" in value:
        return {name: _form(value[name]) for name in ("IndexName", "KeySchema", "Projection")}
    if isinstance(value, dict):
        return {name: _form(one) for name, one in value.items()}
    return value
