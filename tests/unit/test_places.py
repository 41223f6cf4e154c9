"""Known places: an alias is its place, and the list is unambiguous."""

from __future__ import annotations

import pytest

from khaya.platform.base.places import known_places, place_key, place_sources
from khaya.platform.base.text import comparable


@pytest.mark.parametrize("spelling", ["KwaMashu", "Kwa Mashu", "kwa  mashu ", "KWA-MASHU", "Kwa\u200bMashu"])
def test_each_spelling_of_a_place_is_compared_as_one(spelling: str) -> None:
    assert place_key(spelling) == "kwamashu"


@pytest.mark.parametrize(
    ("alias", "name"), [("Stanger", "KwaDukuza"), ("eThekwini", "Durban"), ("PMB", "Pietermaritzburg")]
)
def test_another_name_of_a_town_is_the_town(alias: str, name: str) -> None:
    assert place_key(alias) == place_key(name) == comparable(name)


def test_a_place_that_is_not_in_the_list_stands_for_itself() -> None:
    assert place_key(" Nowhere  Hill ") == "nowhere hill"


def test_no_name_is_that_of_two_places() -> None:
    names = [comparable(name) for place in known_places() for name in (place.name, *place.aliases)]
    assert len(names) == len({*names})


def test_names_are_within_the_limits_of_a_location() -> None:
    for place in known_places():
        for name in (place.name, *place.aliases):
            assert 2 <= len(name) <= 200
            assert name == " ".join(name.split())


def test_every_source_has_a_licence() -> None:
    assert {source.licence for source in place_sources()} == {"CC BY 4.0", "MIT"}
