"""Repeat the erasures of people, after tables were restored from a backup that still holds their data.

The audit trail names the people (`person.erased`). The function `repair` begins each erasure anew, and the function
`person` does all of its steps, also where the account's record says that they were done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from operations import repair
from operations.repair import Everything, RepairCounts
from operations.stack import Stack

PAGE = 100
ACTION = "person.erased"
KIND = "erasures"
"""The kind under which the function `repair` begins an erasure anew."""


class Erasures:
    """The erasures of one environment, and the function that begins them anew.

    Args:
        dynamodb: a client of DynamoDB.
        everything: the objects of the environment.
        audit_table: the name of the table of the audit trail.
    """

    def __init__(self, dynamodb: Any, everything: Everything, audit_table: str) -> None:
        self._dynamodb = dynamodb
        self._everything = everything
        self._audit_table = audit_table

    def people(self, since: str) -> list[str]:
        """The ids of the people who were erased since a time, latest first, each once."""
        return list(dict.fromkeys(self._erased(since)))

    def repeat(self, since: str, report: RepairCounts) -> None:
        """Begin the erasures since a time anew.

        Raises:
            RuntimeError: the function itself failed.
        """
        people = self.people(since)
        for first in range(0, len(people), PAGE):
            left = [f"{KIND}/{one}" for one in people[first : first + PAGE]]
            while left:
                left = self._everything.check(left, report)
            print(f"{min(first + PAGE, len(people))} of {len(people)} erasures", flush=True)

    def _erased(self, since: str) -> Iterator[str]:
        for entry in entries_since(self._dynamodb, self._audit_table, since):
            if entry["action"]["S"] == ACTION:
                yield entry["object"]["S"].partition("/")[2]


def entries_since(dynamodb: Any, audit_table: str, since: str) -> Iterator[dict[str, Any]]:
    """The entries of an audit trail since a time, latest first."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=audit_table,
        IndexName="byTime",
        KeyConditionExpression="#partition = :all",
        ExpressionAttributeNames={"#partition": "partition"},
        ExpressionAttributeValues={":all": {"S": "all"}},
        ScanIndexForward=False,
    )
    for page in pages:
        for entry in page["Items"]:
            if entry["at"]["S"] < since:
                return
            yield entry


def of_stack(session: Any, stack: str) -> Erasures:
    """The erasures of a deployed stack."""
    table = Stack(session, stack).physical("AuditTable")
    return Erasures(session.client("dynamodb"), repair.of_stack(session, stack), table)


def run(erasures: Erasures, since: str) -> bool:
    """Begin the erasures since a time anew, and print how many; returns whether nothing failed."""
    report = RepairCounts()
    erasures.repeat(since, report)
    print(report)
    return not report.failed
