"""The words of titles, and the searchable form of jobs and listings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from khaya.search.model import SearchText, entry_of, words

THING = {"id": "1", "status": "open", "title": "Fix a tap", "category": "plumbing", "location": "Durban"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fix a leaking TAP!", ["fix", "a", "leaking", "tap"]),
        ("tap, Tap & \uff34\uff21\uff30", ["tap"]),
        ("50mm-pipe_2\u00d74", ["50mm", "pipe", "2", "4"]),
        ("Straße STRASSE", ["strasse"]),
        ("Ukufaka amathayili eThekwini", ["ukufaka", "amathayili", "ethekwini"]),
        ("नल की मरम्मत", ["नल", "की", "मरम्मत"]),
        ("Cafe\u0301 café", ["cafe"]),
        ("!?… — ", []),
    ],
)
def test_words_are_letters_and_digits_of_any_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=200))
def test_splitting_into_words_is_idempotent(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    assert len(set(found)) == len(found)
    assert all(0 < len(word) <= 64 for word in found)


@pytest.mark.parametrize("text", ["tap", " tap ", "fix, a: tap", "tap tap tap tap", "x" * 100])
def test_a_search_of_one_to_three_words_is_accepted(text: str) -> None:
    assert TypeAdapter(SearchText).validate_python(text) == text.strip()


@pytest.mark.parametrize("text", ["", " ", "?", "one two three four", "x" * 101, "tap\x00"])
def test_a_search_without_words_or_with_too_many_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(SearchText).validate_python(text)


def test_only_open_jobs_and_active_listings_are_searchable() -> None:
    entry = entry_of("jobs", THING)
    assert entry is not None
    assert entry.matches(["tap", "fix"], "plumbing", " DURBAN ")
    assert not entry.matches(["tap", "roof"], None, None)
    assert not entry.matches(["tap"], "roofing", None)
    assert not entry.matches(["tap"], None, "Pinetown")
    assert entry_of("jobs", {**THING, "status": "cancelled"}) is None
    assert entry_of("listings", THING) is None
    assert entry_of("bids", {"id": "1", "status": "pending"}) is None
    assert entry_of("jobs", None) is None
