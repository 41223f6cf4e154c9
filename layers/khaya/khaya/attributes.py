"""DynamoDB's typed attribute values, to and from plain Python.

boto3's own serializer does the same; it is not used because importing boto3 on top of botocore makes every cold start
longer, and because it makes `Decimal` of every number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]
"""A stored thing, as plain Python values: text, whole and broken numbers, booleans, lists, maps, sets of text."""


_NO_TEXTS: frozenset[str] = frozenset()


def typed(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line for each type that DynamoDB has
    """The attribute value for `value`.

    Raises:
        TypeError: `value` is of a type that the marketplace does not store.
    """
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": repr(value)}
        case None:
            return {"NULL": True}
        case list() | tuple():
            return {"L": [typed(part) for part in value]}
        case set() | frozenset():
            return {"SS": sorted(value)}
        case Mapping():
            return {"M": {name: typed(part) for name, part in value.items()}}
    raise TypeError(f"{type(value).__name__} cannot be stored in DynamoDB")


def plain(attribute: Mapping[str, Any]) -> Any:
    """The plain value of an attribute value."""
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return _number(value)
        case "L":
            return [plain(part) for part in value]
        case "M":
            return {name: plain(part) for name, part in value.items()}
        case "SS":
            return set(value)
        case "NULL":
            return None
    return value


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def typed_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """`item` as DynamoDB takes it; fields without a value, and empty sets, which it refuses, are left out."""
    return {name: typed(value) for name, value in stored_part(item).items()}


def stored_part(item: Mapping[str, Any]) -> Item:
    """What of `item` can be stored."""
    return {name: value for name, value in item.items() if value is not None and value != _NO_TEXTS}


def plain_item(attributes: Mapping[str, Any]) -> Item:
    """What DynamoDB answered, as plain values."""
    # Most of what is stored is text, and lists read a thousand attributes for a page.
    return {name: value["S"] if "S" in value else plain(value) for name, value in attributes.items()}
