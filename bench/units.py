"""Capacity units of each call, as DynamoDB reports them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo


@dataclass(frozen=True)
class Used:
    """The consumed capacity of one call."""

    operation: str
    read: float
    written: float

    @property
    def of_account_guard(self) -> bool:
        """Whether the account guard made the call."""
        return self.operation == "account_guard"


@contextmanager
def units_of() -> Iterator[list[Used]]:
    """Records the consumed capacity of the calls in the block."""
    used: list[Used] = []
    asked: list[str] = []

    def ask(params: dict[str, Any], model: Any, **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        of_account_guard = params.get("TableName") == settings().users_table and "#endedSessions" in (
            params.get("ConditionExpression", "") + params.get("ProjectionExpression", "")
        )
        asked.append("account_guard" if of_account_guard else model.name)

    def note(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity") or []
        reads, writes = 0.0, 0.0
        for one in consumed if isinstance(consumed, list) else [consumed]:
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


def _split(consumed: dict[str, Any], operation: str) -> tuple[float, float]:
    """The read and write units of one table. If the engine reports a total only, the operation decides."""
    if "ReadCapacityUnits" in consumed or "WriteCapacityUnits" in consumed:
        return consumed.get("ReadCapacityUnits", 0.0), consumed.get("WriteCapacityUnits", 0.0)
    units = consumed.get("CapacityUnits", 0.0)
    return (units, 0.0) if operation in ("GetItem", "BatchGetItem", "Query", "TransactGetItems") else (0.0, units)
