"""Decide by a policy as IAM does, as far as the policies of this repository need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any


def allows(
    statements: Iterable[Mapping[str, Any]], action: str, resource: str, context: Mapping[str, str] | None = None
) -> bool:
    """Whether statements allow an action on a resource, and none denies it.

    Args:
        statements: the statements of a policy, with text in place of references.
        action: as `dynamodb:GetItem`.
        resource: its ARN.
        context: the values of condition keys; a key that is missing has no value.
    """
    effects = [one["Effect"] for one in statements if _applies(one, action, resource, context or {})]
    return "Allow" in effects and "Deny" not in effects


def listed(value: Any) -> list[Any]:
    """The values of a field that holds one or several."""
    return value if isinstance(value, list) else [value]


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    # IAM's asterisk and question mark are those of file names; it has no sets in brackets, and neither have our names.
    return (
        any(fnmatchcase(action, one) for one in listed(statement["Action"]))
        and any(fnmatchcase(resource, one) for one in listed(statement["Resource"]))
        and all(
            _holds(operator, context.get(key), listed(wanted))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, value: str | None, wanted: list[str]) -> bool:
    match operator:
        case "StringEquals":
            return value in wanted
        case "StringEqualsIfExists":
            return value is None or value in wanted
        case "StringNotEquals":
            return value not in wanted
        case "StringLike" | "ArnLike":
            return value is not None and any(fnmatchcase(value, one) for one in wanted)
        case "Null":
            return wanted == ["true" if value is None else "false"]
    raise NotImplementedError(operator)
