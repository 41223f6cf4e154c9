"""`If-Match` is compared strongly, as RFC 9110 says; what is weak or malformed never matches."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.web.preconditions import matches


@pytest.mark.parametrize(
    "value",
    [
        '"3"', '"3","4"', '"1", "3"', '"1" , "3" ,"2"', ',"3"', '"3",', '"1",,"3"', "*", " * ", '\t"3"\t',
        'W/"2", "3"', 'W/"3", "3"', '"a,b", "3"', '"", "3"',
    ],
)  # fmt: skip
def test_a_value_that_names_the_version_matches(value: str) -> None:
    assert matches(value, 3)


@pytest.mark.parametrize(
    "value",
    [
        '"2"', '"33"', '"03"', '"3.0"', '" 3"', '"3 "', "3", "'3'", '"3', '3"', '""3""', 'W/"3"', 'w/"3"', '"W/3"',
        '"a,3"', '"3,4"', '"2","4"', "", " ", ",", "*, *", '*, "3"', '"3" "4"', '"3";x', '"3", 4', "W/", "**",
        '"\x003"', '"３"', '"3"\n"4"', '"+3"', '"-3"', '"\ud800"',
    ],
)  # fmt: skip
def test_a_weak_malformed_or_other_value_does_not_match(value: str) -> None:
    assert not matches(value, 3)


def test_one_tag_with_a_comma_is_one_tag() -> None:
    assert not matches('"a,2"', 2)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=9), st.integers(0, 50))
def test_a_list_matches_exactly_when_it_has_the_version(versions: list[int], version: int) -> None:
    assert matches(", ".join(f'"{one}"' for one in versions), version) == (version in versions)


@given(st.text(max_size=30).filter(lambda text: '"3"' not in text and text.strip(" \t") != "*"), st.just(3))
def test_any_other_text_does_not_match(value: str, version: int) -> None:
    assert not matches(value, version)


@pytest.mark.parametrize("value", ['"a"' + " , " * 5000 + "x", '"a" ' * 5000, " ," * 9000, '"' * 9999, 'W/"' * 5000])
def test_a_very_long_value_is_compared_at_once(value: str) -> None:
    started = time.process_time()
    assert not matches(value, 3)
    assert time.process_time() - started < 0.5
