"""Towns and suburbs of KwaZulu-Natal with their other names.

They stand in `places.json`, which names its sources and their licences.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from khaya.platform.base.text import comparable

_FILE: Final = Path(__file__).with_name("places.json")


@dataclass(frozen=True)
class KnownPlace:
    """A town or suburb, and its other names and spellings."""

    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class PlaceSource:
    """Where the names come from, and under which licence."""

    name: str
    url: str
    licence: str


@cache
def known_places() -> tuple[KnownPlace, ...]:
    """The places by name."""
    return tuple(KnownPlace(one["name"], tuple(one["aliases"])) for one in _content()["places"])


@cache
def place_sources() -> tuple[PlaceSource, ...]:
    """The sources of the names."""
    return tuple(PlaceSource(one["name"], one["url"], one["licence"]) for one in _content()["sources"])


def place_key(location: str) -> str:
    """The form in which locations are compared: an alias is its place; what is not in the list stands for itself."""
    key = comparable(location)
    return _names_by_alias().get(key, key)


@cache
def _names_by_alias() -> dict[str, str]:
    return {comparable(alias): comparable(place.name) for place in known_places() for alias in place.aliases}


def _content() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found
