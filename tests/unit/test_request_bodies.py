"""Request bodies: valid JSON is read, and everything else is refused with its own error."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.errors import Invalid, TooLarge, Unreadable, UnsupportedMediaType
from khaya.platform.base.json_text import MAX_DEPTH, compact, read_json
from khaya.platform.web.request_bodies import MAX_BYTES, check_no_body, check_values, checked_body

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


def request(body: Any, kind: str | None = "application/json", *, encoded: bool = False) -> dict[str, Any]:
    headers = {} if kind is None else {"content-type": kind}
    return {"body": body, "headers": headers, "isBase64Encoded": encoded}


@given(JSON_VALUES)
def test_json_survives_a_round_trip(value: Any) -> None:
    text = compact(value) if not isinstance(value, str) else json.dumps(value)
    assert read_json(checked_body(request(text))) == value
    assert (
        read_json(checked_body(request(base64.b64encode(text.encode("utf-8", "surrogatepass")).decode(), encoded=True)))
        == value
    )


def test_an_empty_body_is_none() -> None:
    assert checked_body(request(None)) is None
    assert checked_body(request("")) is None
    assert read_json(None) is None


@pytest.mark.parametrize(
    "kind",
    [None, "application/json", "Application/JSON", "application/json; charset=utf-8", "application/merge-patch+json"],
)
def test_json_content_types_are_accepted(kind: str | None) -> None:
    assert checked_body(request("{}", kind)) == "{}"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "json",
        "application/jsonx",
    ],
)
def test_another_content_type_is_refused(kind: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        checked_body(request("{}", kind))


def test_a_body_of_more_than_256_kib_is_refused() -> None:
    largest = json.dumps("x" * (MAX_BYTES - 2))
    assert len(largest) == MAX_BYTES
    assert checked_body(request(largest)) == largest
    with pytest.raises(TooLarge):
        checked_body(request(largest + " "))
    with pytest.raises(TooLarge):
        checked_body(request(base64.b64encode(largest.encode() + b" ").decode(), encoded=True))
    with pytest.raises(TooLarge):
        checked_body(request("x" * 10_000_000))
    with pytest.raises(TooLarge):
        checked_body(request('"' + "é" * (MAX_BYTES // 2) + '"')), "bytes count, not characters"


@pytest.mark.parametrize("raw", [b"\xff", b'{"a": "\xc3\x28"}', b"\xff\xfe{\x00}\x00", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_a_body_that_is_not_utf8_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        checked_body(request(base64.b64encode(raw).decode(), encoded=True))


@pytest.mark.parametrize("text", ["not base64!", "abc", "====", "é"])
def test_a_body_that_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        checked_body(request(text, encoded=True))


def test_a_lone_surrogate_in_the_raw_body_is_refused() -> None:
    with pytest.raises(Unreadable):
        checked_body(request('"\ud800"'))


@pytest.mark.parametrize(
    "text",
    [
        "{", "}", "[1,]", "{'a': 1}", '{"a": NaN}', "NaN", "Infinity", '{"a": -Infinity}', "undefined", "\ufeff{}", " ",
        '{"a": 1} {"b": 2}', '"\x01"', "[" * 100_000, '{"a":' * 50_000, '{"a": 01}', "\x00", "// no\n{}",
    ],
    ids=lambda text: repr(text[:20]),
)  # fmt: skip
def test_a_body_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_json(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_nested_deeper_than_the_limit_is_refused(opening: str, closing: str) -> None:
    depth = MAX_DEPTH - 1
    assert read_json(opening * depth + "1" + closing * depth) is not None
    with pytest.raises(Unreadable):
        read_json(opening * (depth + 1) + "1" + closing * (depth + 1))
    with pytest.raises(Unreadable):
        read_json(opening * 900 + "1" + closing * 900)


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; charset=utf-16", 'application/json; charset="latin1"', "application/json;charset=", "json",
        "application/jsonp", "text/json", "", ";", "application/json, text/plain", "multipart/form-data; boundary=x",
    ],
)  # fmt: skip
def test_other_content_types_and_charsets_are_refused(kind: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        checked_body(request("{}", kind))


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip", "x"])
def test_a_compressed_body_is_refused(encoding: str) -> None:
    event = request("{}")
    event["headers"]["Content-Encoding"] = encoding
    with pytest.raises(UnsupportedMediaType):
        checked_body(event)


def test_the_size_is_checked_before_the_type_and_the_type_before_the_text() -> None:
    with pytest.raises(TooLarge):
        checked_body(request("x" * (MAX_BYTES + 1), "text/plain"))
    with pytest.raises(UnsupportedMediaType):
        checked_body(request(base64.b64encode(b"\xff").decode(), "text/plain", encoded=True))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"a": "\ud800"}, "a"),
        ({"\udfff": 1}, "\udfff"),
        ({"a": {"b": ["x", "\ud83d"]}}, "a.b.1"),
        (["\udc00"], "0"),
        ("\ud800", "body"),
        ({"a": [{"\ud800\ud800": {}}]}, "a.0.\ud800\ud800"),
    ],
    ids=ascii,
)
def test_an_unpaired_surrogate_is_refused_wherever_it_is(body: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_values(json.loads(json.dumps(body)))
    assert (refusal.value.errors[0].field, refusal.value.errors[0].code) == (field, "unpaired_surrogate")


@pytest.mark.parametrize("body", [{}, None, 5, "é😀", {"a": {"b": [1, None, "\uffff"]}}, ["x"] * 900])
def test_other_bodies_have_good_values(body: Any) -> None:
    check_values(body)


@pytest.mark.parametrize("body", [[0] * 1000, {str(number): 1 for number in range(501)}, {"a": [[1] * 500] * 3}])
def test_a_body_with_too_many_values_is_refused(body: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        check_values(body)
    assert refusal.value.errors[0].code == "too_many_values"


def test_an_empty_object_is_no_body() -> None:
    check_no_body({})


@pytest.mark.parametrize(
    "body", [None, {"a": 1}, {"": None}, [], [1], 0, False, "", "x", {str(n): n for n in range(400)}]
)
def test_anything_else_is_a_body(body: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        check_no_body(body)
    assert 1 <= len(refusal.value.errors) <= 20


@pytest.mark.parametrize("number", ["1e400", "9" * 4000, "9" * 5000, "-" + "9" * 200_000])
def test_very_large_numbers_are_read_so_that_their_fields_refuse_them(number: str) -> None:
    assert abs(read_json(number)) > 10**30


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 1}', '{"a": 1, "a": 2}', '{"a": 1, "b": 2, "a": null}', '{"a": {"b": 1, "b": 2}}', '[{"a": 1, "a": 2}]', '{"a": [[{"b": {"c": 1, "c": 1}}]]}', '{"a": 1, "\\u0061": 2}', '{"": 1, "": 2}', '{"\u00e9": 1, "\\u00e9": 2}', '{"a": {}, "a": []}',
    ],
)  # fmt: skip
def test_a_key_that_occurs_twice_in_an_object_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="twice"):
        read_json(text)


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "A": 2}', '{"a": {"a": 1}, "b": {"a": 2}}', '[{"a": 1}, {"a": 2}]', '{"\u00e9": 1, "e\u0301": 2}'],
)
def test_equal_keys_of_different_objects_are_read(text: str) -> None:
    assert read_json(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5000.0", 5000.0),
        ("1e3", 1000.0),
        ("-29.8587", -29.8587),
        ("0.1", 0.1),
        ("-0", 0),
        ("100.00000000000000001", 100.0),
    ],
)
def test_a_number_with_a_point_or_an_exponent_is_never_a_whole_number(text: str, value: float) -> None:
    read = read_json(text)
    assert read == value
    assert isinstance(read, float) == any(sign in text for sign in ".e")
