"""What DynamoDB holds against a request and moto does not: names and values that no expression mentions."""

from __future__ import annotations

import re
from typing import Any


def check(operation: str, request: dict[str, Any]) -> None:
    """Refuse a request as DynamoDB would, with `ValidationException`.

    Raises:
        AssertionError: something in it is not used.
    """
    parts = request.get("TransactItems")
    for part in [one for item in parts for one in item.values()] if parts else [request]:
        text = " ".join(str(value) for name, value in part.items() if name.endswith("Expression"))
        for given in ("ExpressionAttributeValues", "ExpressionAttributeNames"):
            unused = [name for name in part.get(given, {}) if not re.search(rf"{re.escape(name)}(?!\w)", text)]
            assert not unused, f"{operation}: {given} unused in expressions: {unused} in {text!r}"
