"""A validation of DynamoDB that moto lacks: unused expression names and values."""

from __future__ import annotations

import re
from typing import Any


def check(operation: str, request: dict[str, Any]) -> None:
    """Check that the expressions of a request use all its names and values. DynamoDB answers `ValidationException`.

    Raises:
        AssertionError: a name or value is unused.
    """
    parts = request.get("TransactItems")
    for part in [one for item in parts for one in item.values()] if parts else [request]:
        text = " ".join(str(value) for name, value in part.items() if name.endswith("Expression"))
        for given in ("ExpressionAttributeValues", "ExpressionAttributeNames"):
            unused = [name for name in part.get(given, {}) if not re.search(rf"{re.escape(name)}(?!\w)", text)]
            assert not unused, f"{operation}: {given} unused in expressions: {unused} in {text!r}"
