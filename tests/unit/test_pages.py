"""Cursors, which are valid for one list only, and pages."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from khaya.platform.aws import secrets
from khaya.platform.base.errors import Unreadable
from khaya.platform.data.pages import PageRequest, PageResult, check_cursor, every_item, page_of
from tests.support.service_key import set_service_key

POSITIONS = st.dictionaries(
    st.text(min_size=1, max_size=8), st.text(max_size=30) | st.integers(), min_size=1, max_size=3
)
SCOPES = st.lists(st.text(max_size=10), max_size=4).map(tuple)
set_service_key()
CURSOR = PageRequest(("/jobs", "", "plumbing"), 20).cursor_after({"id": "01JCZX3V9T6V5Y8Q2M4N7B1KDE"})
assert CURSOR is not None


@pytest.fixture(autouse=True)
def service_key() -> None:
    set_service_key()


def refused(scope: tuple[str, ...], cursor: str) -> None:
    with pytest.raises(Unreadable):
        PageRequest(scope, 20, cursor).start()


@given(SCOPES, POSITIONS)
def test_a_cursor_contains_its_position(scope: tuple[str, ...], position: dict[str, Any]) -> None:
    cursor = PageRequest(scope, 20).cursor_after(position)
    assert PageRequest(scope, 20, cursor).start() == position
    assert PageRequest(scope, 1, cursor).start() == position, "a page of another length may follow"
    assert cursor is not None
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


def test_the_last_page_has_no_cursor_and_the_first_no_position() -> None:
    assert PageRequest((), 20).cursor_after(None) is None
    assert PageRequest((), 20).start() is None


@given(SCOPES, SCOPES, POSITIONS)
def test_a_cursor_of_another_list_is_refused(one: Any, other: Any, position: dict[str, Any]) -> None:
    assume(one != other)
    cursor = PageRequest(one, 20).cursor_after(position)
    assert cursor is not None
    refused(other, cursor)


@given(st.integers(0, len(CURSOR) - 1), st.characters(codec="ascii"))
def test_a_cursor_with_one_character_changed_is_refused(place: int, character: str) -> None:
    edited = CURSOR[:place] + character + CURSOR[place + 1 :]
    assume(edited != CURSOR)
    refused(("/jobs", "", "plumbing"), edited)


@given(st.integers(0, len(CURSOR) - 1), st.text(max_size=3))
def test_a_shortened_or_extended_cursor_is_refused(length: int, more: str) -> None:
    refused(("/jobs", "", "plumbing"), CURSOR[:length])
    assume(more)
    refused(("/jobs", "", "plumbing"), CURSOR + more)
    refused(("/jobs", "", "plumbing"), more + CURSOR)


@given(st.text(max_size=200))
def test_arbitrary_text_as_cursor_is_refused(text: str) -> None:
    assume(text != CURSOR)
    refused(("/jobs", "", "plumbing"), text)


@given(st.binary(max_size=100), POSITIONS)
def test_a_cursor_with_a_wrong_signature_is_refused(signature: bytes, position: dict[str, Any]) -> None:
    text = json.dumps(position).encode()
    for sign in (signature, signature[:12].ljust(12, b"\0")):
        refused(("/jobs", "", "plumbing"), base64.urlsafe_b64encode(sign + text).decode().rstrip("="))


def test_a_cursor_in_another_encoding_is_refused() -> None:
    raw = base64.urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4))
    for other in (
        base64.urlsafe_b64encode(raw).decode() + "=",
        base64.b64encode(raw).decode() + "====",
        f" {CURSOR}",
        f"{CURSOR}\n",
        base64.b32encode(raw).decode(),
        base64.urlsafe_b64encode(raw[:20] + json.dumps(json.loads(raw[20:]), indent=1).encode()).decode().rstrip("="),
        raw[20:].decode(),
    ):
        assert other != CURSOR
        refused(("/jobs", "", "plumbing"), other)


def test_a_very_long_cursor_is_refused() -> None:
    refused(("/jobs", "", "plumbing"), "A" * 1_000_000)


def test_a_cursor_of_another_key_is_refused() -> None:
    set_service_key("another key")
    elsewhere = PageRequest(("/jobs", "", "plumbing"), 20).cursor_after({"id": "1"})
    assert elsewhere is not None
    set_service_key()
    refused(("/jobs", "", "plumbing"), elsewhere)


def test_a_cursor_of_the_previous_key_is_valid_until_the_key_is_rotated_again() -> None:
    assert CURSOR is not None
    set_service_key("new", previous="k" * 64)
    assert PageRequest(("/jobs", "", "plumbing"), 20, CURSOR).start() == {"id": "01JCZX3V9T6V5Y8Q2M4N7B1KDE"}
    set_service_key("newer", previous="new")
    refused(("/jobs", "", "plumbing"), CURSOR)


def test_the_route_of_a_cursor_is_checked_before_the_filters_are_known() -> None:
    assert CURSOR is not None
    check_cursor(CURSOR, "/jobs")
    for route in ("/listings", "/jobs/mine", ""):
        with pytest.raises(Unreadable):
            check_cursor(CURSOR, route)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "{}",
        '{"x":1}',
        "eyJ4IjoxfQ",
        "bnVsbA",
        "W10",
        "A",
        "AA",
        "A" * 16,
        "A" * 27,
        "A" * 28,
        "\ud800",
        "é",
        "\x00",
    ],
    ids=ascii,
)
def test_a_malformed_cursor_is_refused(cursor: str) -> None:
    refused(("/jobs", "", "plumbing"), cursor)
    with pytest.raises(Unreadable):
        check_cursor(cursor, "/jobs")


def test_pages_without_a_client_need_no_key() -> None:
    secrets.clear_cache()  # so that Secrets Manager would be called, which a unit test cannot

    def page(request: PageRequest) -> PageResult[int]:
        first = (request.start() or {"at": 0})["at"]
        return PageResult([first, first + 1], {"at": first + 2} if first < 6 else None)

    assert [*every_item(page)] == [*range(8)]


@given(st.lists(st.integers(), max_size=12), st.integers(1, 10))
def test_a_page_has_a_next_page_exactly_if_there_was_an_extra_row(numbers: list[int], limit: int) -> None:
    rows = [{"id": number} for number in numbers[: limit + 1]]
    found = page_of(rows, limit, lambda row: row)
    assert found.items == rows[:limit]
    assert found.after == (rows[limit - 1] if len(rows) > limit else None)
