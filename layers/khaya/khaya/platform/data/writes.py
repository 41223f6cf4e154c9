"""Builds the requests that change one item, as plain data, which can be tested without DynamoDB.

Expressions contain attributes as `#name` and values as `:name`. The attribute names are filled in from the text of the
expression, so reserved words need no care. Each write has a refusal: the exception to raise if its condition fails.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item

WRITE_TOKEN = "lastWrite"  # noqa: S105 - the name of an attribute
"""Attribute with the write token of the last unit of work that wrote the item: its id, the time and the actor.

A retry recognises its own write by it, and consumers of the stream read the actor from it.
"""

Refusal = Callable[[Item | None], Exception]
"""Makes the exception to raise if the condition failed, from the current item (None if there is none)."""

Values = Mapping[str, Any] | None
"""The values of the `:name` placeholders of expressions."""

Kind = Literal["Put", "Update", "Delete", "ConditionCheck"]

_RELATIVE = re.compile(r"\bADD\b|\bDELETE\b|\blist_append\b|[+-] [:#]")
"""What an update expression contains if it adds to a present value, or takes from it."""


@dataclass(frozen=True)
class Write:
    """One conditional change of one item.

    Attributes:
        kind: the operation.
        request: its parameters, as DynamoDB takes them.
        refusal: the exception to raise if the condition fails.
        relative: whether the new value depends on the old one, so that a second write would have a second effect.
    """

    kind: Kind
    request: dict[str, Any]
    refusal: Refusal
    relative: bool = False


def put(
    table: str, item: Mapping[str, Any], *, condition: str | None, refusal: Refusal, values: Values = None
) -> Write:
    """Store `item`, replacing an item with the same key. `condition` None: unconditionally."""
    request: dict[str, Any] = {"TableName": table, "Item": typed_item(item)}
    return Write("Put", _with_condition(request, condition, values), refusal)


def create(table: str, item: Mapping[str, Any]) -> Write:
    """Store a new item; refused with `WriteConflict` if there is an item with the same `id`."""
    return put(table, item, condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict())


def update(
    table: str,
    key: Mapping[str, str],
    expression: str,
    *,
    condition: str | None,
    refusal: Refusal,
    values: Values = None,
) -> Write:
    """Change attributes of the item under `key` by an update expression."""
    request: dict[str, Any] = {"TableName": table, "Key": typed_item(key), "UpdateExpression": expression}
    return Write("Update", _with_condition(request, condition, values), refusal, _is_relative(expression))


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
    """Set the attributes that differ between two states of an item, and remove those that `after` does not have.

    Attributes that are equal in both states are not written, so counters that others change in parallel stay correct.
    """
    old, new = stored_part(before), stored_part(after)
    changed = [name for name, value in new.items() if old.get(name) != value and name not in key]
    removed = [name for name in old if name not in new and name not in key]
    parts = []
    if changed:
        parts.append("SET " + ", ".join(f"#{name} = :new_{name}" for name in changed))
    if removed:
        parts.append("REMOVE " + ", ".join(f"#{name}" for name in removed))
    new_values = {f"new_{name}": after[name] for name in changed}
    return update(
        table, key, " ".join(parts), condition=condition, refusal=refusal, values={**(values or {}), **new_values}
    )


def replace_version(
    table: str, key: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any], *, version: int
) -> Write:
    """As `replace`; refused with `WriteConflict` if the item has another version than the one that was read."""
    return replace(
        table,
        key,
        before,
        after,
        condition="#version = :version",
        refusal=lambda _: WriteConflict(),
        values={"version": version},
    )


def same_presence(attribute: str, *, present: bool) -> str:
    """The condition that an attribute is there, or is not, as it was when the item was read."""
    return f"attribute_{'exists' if present else 'not_exists'}(#{attribute})"


def overwrite(table: str, key: Mapping[str, str], attribute: str, value: Any) -> Write:
    """Set one attribute of the item under `key`; refused with `WriteConflict` if there is no item."""
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
    """Delete the item under `key`."""
    return Write("Delete", _with_condition({"TableName": table, "Key": typed_item(key)}, condition, values), refusal)


def check(table: str, key: Mapping[str, str], *, condition: str, refusal: Refusal, values: Values = None) -> Write:
    """Change nothing; the transaction fails if `condition` does."""
    request = {"TableName": table, "Key": typed_item(key)}
    return Write("ConditionCheck", _with_condition(request, condition, values), refusal)


def write_token(token: str, at: str, actor: str) -> str:
    """The text of a write token: the id of the unit of work, the time and the actor."""
    return f"{token} {at} {actor}"


def read_write_token(text: str) -> tuple[str, str]:
    """The time and the actor in a write token.

    Raises:
        ValueError: the text is not a write token.
    """
    _, at, actor = text.split(" ", 2)
    return at, actor


def with_write_token(write: Write, token: str) -> Write:
    """The same write, which also stores `token` on the item. Deletions and checks are unchanged."""
    request = dict(write.request)
    if write.kind == "Put":
        request["Item"] = {**request["Item"], WRITE_TOKEN: {"S": token}}
    elif write.kind == "Update":
        request["UpdateExpression"] = _also_set(request["UpdateExpression"], f"#{WRITE_TOKEN} = :{WRITE_TOKEN}")
        request["ExpressionAttributeNames"] = {
            **request.get("ExpressionAttributeNames", {}),
            f"#{WRITE_TOKEN}": WRITE_TOKEN,
        }
        request["ExpressionAttributeValues"] = {
            **request.get("ExpressionAttributeValues", {}),
            f":{WRITE_TOKEN}": {"S": token},
        }
    return Write(write.kind, request, write.refusal, write.relative)


def relative(write: Write) -> Write:
    """The same write, declared as relative: it stores a value that was calculated from the present one."""
    return dataclasses.replace(write, relative=True)


def with_names_and_values(request: dict[str, Any], values: Values) -> dict[str, Any]:
    """`request` with the attribute names and values of its expressions."""
    text = " ".join(str(value) for name, value in request.items() if name.endswith("Expression"))
    if names := _names_in(text):
        request["ExpressionAttributeNames"] = dict(names)
    if values:
        request["ExpressionAttributeValues"] = {f":{name}": typed(value) for name, value in values.items()}
    return request


@lru_cache(maxsize=256)
def _names_in(expressions: str) -> dict[str, str]:
    return {f"#{name}": name for name in re.findall(r"#(\w+)", expressions)}


@lru_cache(maxsize=1024)
def _is_relative(expression: str) -> bool:
    """Whether an update expression adds to a present value, or takes from it."""
    return bool(_RELATIVE.search(expression))


def _with_condition(request: dict[str, Any], condition: str | None, values: Values) -> dict[str, Any]:
    if condition is not None:
        request["ConditionExpression"] = condition
    return with_names_and_values(request, values)


@lru_cache(maxsize=1024)
def _also_set(expression: str, assignment: str) -> str:
    if re.search(r"\bSET\b", expression):
        return re.sub(r"\bSET\b", f"SET {assignment},", expression, count=1)
    return f"SET {assignment} {expression}"


_EMPTY_SET: frozenset[str] = frozenset()


def typed(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line for each DynamoDB type
    """The DynamoDB attribute value of a Python value.

    Raises:
        TypeError: the type of `value` is not supported.
    """
    if type(value) is int:  # most values that are not text are numbers
        return {"N": repr(value)}
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
        case dict() | Mapping():  # a test for `Mapping` alone takes much longer
            return {"M": {name: typed(part) for name, part in value.items()}}
        case set() | frozenset():
            return {"SS": sorted(value)}
    raise TypeError(f"{type(value).__name__} cannot be stored in DynamoDB")


def plain(attribute: Mapping[str, Any]) -> Any:
    """The Python value of a DynamoDB attribute value."""
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
    if "." in text:  # raising and catching an exception takes much longer
        return float(text)
    try:
        return int(text)
    except ValueError:
        return float(text)


def typed_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """`item` as DynamoDB attribute values, without fields that cannot be stored."""
    return {
        name: {"S": value} if isinstance(value, str) else typed(value)
        for name, value in item.items()
        if value or (value is not None and value != _EMPTY_SET)
    }


def stored_part(item: Mapping[str, Any]) -> Item:
    """`item` without fields that are None and without empty sets, which DynamoDB refuses."""
    return {name: value for name, value in item.items() if value or (value is not None and value != _EMPTY_SET)}


def plain_item(attributes: Mapping[str, Any]) -> Item:
    """An item of a DynamoDB response as Python values."""
    # Most attributes are text or numbers, and a page has about a thousand of them, so both take a shortcut.
    return {
        name: value["S"] if "S" in value else _number(value["N"]) if "N" in value else plain(value)
        for name, value in attributes.items()
    }
