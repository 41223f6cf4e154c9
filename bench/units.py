"""Capacity units: what DynamoDB says that each call used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo


@dataclass(frozen=True)
class Used:
    """What one call used."""

    operation: str
    read: float
    written: float

    @property
    def of_gate(self) -> bool:
        """Whether it was the gate's."""
        return self.operation == "gate"


@contextmanager
def units_of() -> Iterator[list[Used]]:
    """What the calls that are made meanwhile use."""
    used: list[Used] = []
    asked: list[str] = []

    def ask(params: dict[str, Any], model: Any, **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        gate = params.get("TableName") == settings().users_table and "#endedSessions" in str(
            params.get("ConditionExpression")
        )
        asked.append("gate" if gate else model.name)

    def note(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        told = parsed.get("ConsumedCapacity") or []
        reads, writes = 0.0, 0.0
        for one in told if isinstance(told, list) else [told]:
            read, written = _split(one, model.name)
            reads, writes = reads + read, writes + written
        used.append(Used(asked[-1], reads, writes))

    events = dynamo.client().meta.events
    events.register("provide-client-params.dynamodb", ask)
    events.register("after-call.dynamodb", note)
    try:
        yield used
    finally:
        events.unregister("provide-client-params.dynamodb", ask)
        events.unregister("after-call.dynamodb", note)


def _split(told: dict[str, Any], operation: str) -> tuple[float, float]:
    """Read and write units of one table. Engines that do not tell them apart are told by the operation."""
    if "ReadCapacityUnits" in told or "WriteCapacityUnits" in told:
        return told.get("ReadCapacityUnits", 0.0), told.get("WriteCapacityUnits", 0.0)
    units = told.get("CapacityUnits", 0.0)
    return (units, 0.0) if operation in ("GetItem", "BatchGetItem", "Query", "TransactGetItems") else (0.0, units)
