"""Conversion between Python values and DynamoDB attribute values."""

from __future__ import annotations

from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.data.writes import plain, plain_item, typed, typed_item

SIMPLE = (
    st.none()
    | st.booleans()
    | st.text()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sets(st.text(min_size=1), min_size=1)
)
VALUES = st.recursive(SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
def test_values_survive_a_round_trip(value: Any) -> None:
    back = plain(typed(value))
    assert back == value
    assert type(back) is type(value)


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers(-(10**15), 10**15) | st.booleans()))
def test_boto3_deserialises_the_same_values(item: dict[str, Any]) -> None:
    read = TypeDeserializer()
    assert {name: read.deserialize(value) for name, value in typed_item(item).items()} == item


def test_fields_without_a_value_and_empty_sets_are_left_out() -> None:
    assert typed_item({"a": None, "b": set(), "c": "", "d": [], "e": {}, "f": False, "g": 0}) == {
        "c": {"S": ""},
        "d": {"L": []},
        "e": {"M": {}},
        "f": {"BOOL": False},
        "g": {"N": "0"},
    }


def test_booleans_and_numbers_are_distinct() -> None:
    assert typed(True) == {"BOOL": True}
    assert typed(1) == {"N": "1"}


def test_integers_stay_integers_and_other_numbers_become_floats() -> None:
    assert plain_item({"whole": {"N": "-42"}, "broken": {"N": "0.5"}, "large": {"N": "1E+3"}}) == {
        "whole": -42,
        "broken": 0.5,
        "large": 1000.0,
    }


@pytest.mark.parametrize("value", [b"bytes", object(), 1j])
def test_unsupported_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        typed(value)
