"""Check everything against what is derived from it, and mend the differences.

The command reads the ids of all objects page by page, and has the function `repair` check them. It may be ended and
begun again: it prints where it is, and `--kind` and `--after` go on from there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config

from operations.stack import ALIAS, Stack

PAGE = 100
PATIENCE_SECONDS = 660
"""How long a call may take: more than the function's timeout."""


@dataclass(frozen=True)
class Source:
    """Where the objects of a kind are: the table's logical name, its key, and an attribute that only they have."""

    table: str
    key: str
    attribute: str


SOURCES: dict[str, Source] = {
    "jobs": Source("JobsTable", "id", "title"),
    "listings": Source("ListingsTable", "id", "title"),
    "stories": Source("StoriesTable", "id", "title"),
    "people": Source("ProfilesTable", "userId", "userId"),
}


@dataclass
class RepairCounts:
    """Per repair: how many objects were checked, differences mended, objects failed, and objects left for later."""

    checked: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    unfinished: Counter[str] = field(default_factory=Counter)

    def add(self, findings: Mapping[str, Mapping[str, int]]) -> None:
        """Add the counts of one call."""
        for name, counts in findings.items():
            getattr(self, name).update(counts)

    def __str__(self) -> str:
        lines = [f"  {name}: {number} checked, {self.mended[name]} mended" for name, number in self.checked.items()]
        lines += [f"  {name}: {number} failed" for name, number in self.failed.items()]
        lines += [
            f"  {name}: {number} not checked to the end, run it again" for name, number in self.unfinished.items()
        ]
        return "\n".join(lines) or "  nothing to check"


class Everything:
    """All objects of one environment, and the function that checks them.

    Args:
        dynamodb: a client of DynamoDB.
        functions: a client of Lambda.
        tables: the names of the tables, by their logical names.
        function: the name of the function `repair`.
    """

    def __init__(self, dynamodb: Any, functions: Any, tables: dict[str, str], function: str) -> None:
        self._dynamodb = dynamodb
        self._functions = functions
        self._tables = tables
        self._function = function

    def repair(self, kind: str, report: RepairCounts, after: str | None = None) -> Iterator[str]:
        """Check all objects of a kind, from the one after `after`; yields the last id of each page.

        Raises:
            RuntimeError: the function itself failed.
        """
        for last, ids in self._pages(SOURCES[kind], after):
            left = [f"{kind}/{one}" for one in ids]
            while left:
                left = self.check(left, report)
            yield last

    def count(self, kind: str, after: str | None = None) -> int:
        """How many objects of a kind there are, from the one after `after`."""
        return sum(len(ids) for _, ids in self._pages(SOURCES[kind], after))

    def _pages(self, source: Source, after: str | None) -> Iterator[tuple[str, list[str]]]:
        """The last key that was read, and the ids of the objects, page by page."""
        request: dict[str, Any] = {
            "TableName": self._tables[source.table],
            "Limit": PAGE,
            "ProjectionExpression": "#key",
            "FilterExpression": "attribute_exists(#attribute)",
            "ExpressionAttributeNames": {"#key": source.key, "#attribute": source.attribute},
        }
        last = after
        while True:
            if last is not None:
                request["ExclusiveStartKey"] = {source.key: {"S": last}}
            answer = self._dynamodb.scan(**request)
            ids = [item[source.key]["S"] for item in answer["Items"]]
            following = answer.get("LastEvaluatedKey")
            last = following[source.key]["S"] if following else (ids[-1] if ids else None)
            if last is not None:
                yield last, ids
            if not following:
                return

    def check(self, things: Sequence[str], report: RepairCounts) -> list[str]:
        """Have objects checked; returns those for which there was no time.

        Raises:
            RuntimeError: the function itself failed.
        """
        answer = self._functions.invoke(
            FunctionName=self._function, Qualifier=ALIAS, Payload=json.dumps({"objects": things}).encode()
        )
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RuntimeError(f"{self._function} failed: {said}")
        report.add(said["findings"])
        left: list[str] = said["left"]
        return left


def of_stack(session: Any, stack: str) -> Everything:
    """The objects of a deployed stack."""
    name = Stack(session, stack).physical
    # A call is not repeated by itself: its first attempt may still be at work.
    patient = Config(read_timeout=PATIENCE_SECONDS, retries={"total_max_attempts": 1})
    tables = {source.table: name(source.table) for source in SOURCES.values()}
    functions = session.client("lambda", config=patient)
    return Everything(session.client("dynamodb"), functions, tables, name("RepairFunction"))


def run(everything: Everything, kinds: Sequence[str], after: str | None = None) -> bool:
    """Check all objects of some kinds, and print how far it is and what was mended; returns whether nothing failed."""
    report = RepairCounts()
    for kind in kinds:
        for last in everything.repair(kind, report, after):
            print(f"{kind} up to {last}", flush=True)
        after = None
    print(report)
    return not report.failed
