"""Requests that change one item, built as plain data so that they can be tested without DynamoDB.

Expressions name attributes as `#name` and values as `:name`; the names are filled in from the text of the expressions,
so reserved words never matter. Each write carries what to raise when its condition does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item

WRITE_TOKEN = "lastWrite"
"""Each item says which unit of work wrote it last, when and for whom.

So a repeated call can tell that it had itself succeeded before, and whoever reads the stream knows who did it.
"""

Refusal = Callable[[Item | None], Exception]
"""What to raise when the condition did not hold, given the item as it stands (None where there is none)."""

Values = Mapping[str, Any] | None
"""What the `:names` of expressions stand for."""

Kind = Literal["Put", "Update", "Delete", "ConditionCheck"]


@dataclass(frozen=True)
class Write:
    """One conditional change of one item."""

    kind: Kind
    request: dict[str, Any]
    refusal: Refusal


def put(
    table: str, item: Mapping[str, Any], *, condition: str | None, refusal: Refusal, values: Values = None
) -> Write:
    """Store `item` whole, if `condition` holds of what stands under its key (None: whatever stands there)."""
    request: dict[str, Any] = {"TableName": table, "Item": typed_item(item)}
    return Write("Put", _with_condition(request, condition, values), refusal)


def update(
    table: str,
    key: Mapping[str, str],
    expression: str,
    *,
    condition: str | None,
    refusal: Refusal,
    values: Values = None,
) -> Write:
    """Change the named attributes of the item under `key` by an update expression."""
    request: dict[str, Any] = {"TableName": table, "Key": typed_item(key), "UpdateExpression": expression}
    return Write("Update", _with_condition(request, condition, values), refusal)


def replace(
    table: str,
    key: Mapping[str, str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    condition: str,
    refusal: Refusal,
    values: Values = None,
) -> Write:
    """Set what differs between two states of an item and remove what `after` no longer has.

    Attributes that are the same in both are not touched, so counters that others move meanwhile keep their counts.
    """
    old, new = stored_part(before), stored_part(after)
    changed = [name for name, value in new.items() if old.get(name) != value and name not in key]
    gone = [name for name in old if name not in new and name not in key]
    parts = []
    if changed:
        parts.append("SET " + ", ".join(f"#{name} = :new_{name}" for name in changed))
    if gone:
        parts.append("REMOVE " + ", ".join(f"#{name}" for name in gone))
    news = {f"new_{name}": after[name] for name in changed}
    return update(table, key, " ".join(parts), condition=condition, refusal=refusal, values={**(values or {}), **news})


def overwrite(table: str, key: Mapping[str, str], attribute: str, value: Any) -> Write:
    """Write one attribute of the item under `key`, whatever it was; refused as `WriteConflict` where there is no item."""
    present = f"attribute_exists(#{next(iter(key))})"
    return update(
        table,
        key,
        f"SET #{attribute} = :value",
        condition=present,
        refusal=lambda _: WriteConflict(),
        values={"value": value},
    )


def delete(
    table: str, key: Mapping[str, str], *, condition: str | None, refusal: Refusal, values: Values = None
) -> Write:
    """Remove the item under `key`."""
    return Write("Delete", _with_condition({"TableName": table, "Key": typed_item(key)}, condition, values), refusal)


def check(table: str, key: Mapping[str, str], *, condition: str, refusal: Refusal, values: Values = None) -> Write:
    """Change nothing, but hold only if `condition` does."""
    request = {"TableName": table, "Key": typed_item(key)}
    return Write("ConditionCheck", _with_condition(request, condition, values), refusal)


def write_token(token: str, at: str, actor: str) -> str:
    """The text of a stamp: a unit's token, the moment, and who did it."""
    return f"{token} {at} {actor}"


def read_write_token(text: str) -> tuple[str, str]:
    """The moment and the doer that a stamp names.

    Raises:
        ValueError: it is no stamp.
    """
    _, at, actor = text.split(" ", 2)
    return at, actor


def with_write_token(write: Write, stamp: str) -> Write:
    """The same write, leaving `stamp` on the item."""
    request = dict(write.request)
    if write.kind == "Put":
        request["Item"] = {**request["Item"], WRITE_TOKEN: {"S": stamp}}
    elif write.kind == "Update":
        request["UpdateExpression"] = _also_set(request["UpdateExpression"], f"#{WRITE_TOKEN} = :{WRITE_TOKEN}")
        request["ExpressionAttributeNames"] = {
            **request.get("ExpressionAttributeNames", {}),
            f"#{WRITE_TOKEN}": WRITE_TOKEN,
        }
        request["ExpressionAttributeValues"] = {
            **request.get("ExpressionAttributeValues", {}),
            f":{WRITE_TOKEN}": {"S": stamp},
        }
    return Write(write.kind, request, write.refusal)


def named(request: dict[str, Any], values: Values) -> dict[str, Any]:
    """`request` with the names and values that its expressions mention."""
    text = " ".join(str(value) for name, value in request.items() if name.endswith("Expression"))
    if names := _names_in(text):
        request["ExpressionAttributeNames"] = dict(names)
    if values:
        request["ExpressionAttributeValues"] = {f":{name}": typed(value) for name, value in values.items()}
    return request


@lru_cache(maxsize=256)
def _names_in(expressions: str) -> dict[str, str]:
    return {f"#{name}": name for name in re.findall(r"#(\w+)", expressions)}


def _with_condition(request: dict[str, Any], condition: str | None, values: Values) -> dict[str, Any]:
    if condition is not None:
        request["ConditionExpression"] = condition
    return named(request, values)


def _also_set(expression: str, assignment: str) -> str:
    if re.search(r"\bSET\b", expression):
        return re.sub(r"\bSET\b", f"SET {assignment},", expression, count=1)
    return f"SET {assignment} {expression}"


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
