"""Builders of write requests."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.errors import WriteConflict
from khaya.platform.data import writes
from khaya.platform.data.writes import plain

VALUES = st.text(max_size=5) | st.integers(0, 9) | st.none() | st.lists(st.integers(0, 3), max_size=2)
ITEMS = st.dictionaries(st.sampled_from(["title", "status", "version", "photos", "note"]), VALUES)


def refusal(_: Any) -> Exception:
    return WriteConflict()


def replaced(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    write = writes.replace(
        "jobs",
        {"id": "1"},
        {"id": "1", **before},
        {"id": "1", **after},
        condition="#status = :was",
        refusal=refusal,
        values={"was": "open"},
    )
    return write.request


@given(ITEMS, ITEMS)
def test_a_replacement_writes_only_the_attributes_that_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    request = replaced(before, after)
    assert _applied(request, before) == {name: value for name, value in after.items() if value is not None}
    untouched = {name for name in {*before, *after} if before.get(name) == after.get(name)}
    named = {request["ExpressionAttributeNames"][one] for one in re.findall(r"#\w+", request["UpdateExpression"])}
    assert not untouched & named


def _applied(request: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """The item after the SET and REMOVE of the request."""
    result = {name: value for name, value in item.items() if value is not None}
    expression, names = request["UpdateExpression"], request["ExpressionAttributeNames"]
    for name, value in re.findall(r"(#\w+) = (:\w+)", expression):
        result[names[name]] = plain(request["ExpressionAttributeValues"][value])
    for name in re.findall(r"#\w+", expression.partition("REMOVE ")[2]):
        result.pop(names[name])
    return result


def test_a_replacement_does_not_write_the_key() -> None:
    request = replaced({}, {"title": "new"})
    assert request["Key"] == {"id": {"S": "1"}}
    assert request["UpdateExpression"] == "SET #title = :new_title"


def test_a_replacement_does_not_write_unchanged_counters() -> None:
    request = replaced({"bidCount": 3, "title": "old"}, {"bidCount": 3, "title": "new"})
    assert "bidCount" not in str(request)


def test_names_and_values_are_filled_in_from_the_expressions() -> None:
    write = writes.update(
        "t",
        {"id": "1"},
        "SET #status = :a REMOVE #name ADD #count :one",
        condition="#year < :b OR attribute_not_exists(#count)",
        refusal=refusal,
        values={"a": "x", "b": 2, "one": 1},
    )
    assert write.request["ExpressionAttributeNames"] == {
        "#status": "status",
        "#name": "name",
        "#count": "count",
        "#year": "year",
    }
    assert write.request["ExpressionAttributeValues"] == {":a": {"S": "x"}, ":b": {"N": "2"}, ":one": {"N": "1"}}


def test_without_a_condition_there_are_no_names_and_values() -> None:
    assert writes.delete("t", {"id": "1"}, condition=None, refusal=refusal).request == {
        "TableName": "t",
        "Key": {"id": {"S": "1"}},
    }
    assert "ConditionExpression" not in writes.put("t", {"id": "1"}, condition=None, refusal=refusal).request


def test_a_put_stores_the_write_token() -> None:
    write = writes.put("t", {"id": "1"}, condition=None, refusal=refusal)
    with_token = writes.with_write_token(write, "token")
    assert with_token.request["Item"] == {"id": {"S": "1"}, "lastWrite": {"S": "token"}}
    assert write.request["Item"] == {"id": {"S": "1"}}, "the original write is unchanged"


def test_every_update_expression_also_sets_the_write_token() -> None:
    for expression in ("SET #a = :a", "REMOVE #b", "ADD #c :a", "REMOVE #b SET #a = :a", "ADD #c :a SET #a = :a"):
        write = writes.update("t", {"id": "1"}, expression, condition=None, refusal=refusal, values={"a": 1})
        request = writes.with_write_token(write, "token").request
        text = request["UpdateExpression"]
        (assignments,) = re.findall(r"\bSET (.*?)(?= REMOVE | ADD |$)", text)
        assert "#lastWrite = :lastWrite" in assignments.split(", ")
        assert request["ExpressionAttributeNames"]["#lastWrite"] == "lastWrite"
        assert request["ExpressionAttributeValues"][":lastWrite"] == {"S": "token"}
        assert ":lastWrite" not in str(write.request)


def test_checks_and_deletions_carry_no_write_token() -> None:
    check = writes.check("t", {"id": "1"}, condition="attribute_exists(#id)", refusal=refusal)
    delete = writes.delete("t", {"id": "1"}, condition=None, refusal=refusal)
    assert writes.with_write_token(check, "token").request == check.request
    assert writes.with_write_token(delete, "token").request == delete.request
