"""Notices in words: a kind and what it names, in the reader's language.

The words stand in `catalogue/<language>.json`, a title and a text for each kind. They keep to the signs that every
mobile phone shows and that leave a text message its whole length, so amounts have plain blanks.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from khaya.notifications.choices import Language
from khaya.platform.base import clock
from khaya.platform.base.models import Model
from khaya.platform.base.money import RAND


class Text(NamedTuple):
    """A notice as somebody reads it."""

    title: str
    text: str


class Message(Model):
    """The words for a kind, with places in braces."""

    title: str
    text: str


class Catalogue(Model):
    """The words of one language.

    Attributes:
        kinds: for each kind of notice.
        words: for each place that stands for one of a few things, what is said for each of them.
        months: their names as they stand in `date`.
        date: how a day is written, of `{day}`, `{month}` and `{year}`.
        thousands: what stands between the thousands of an amount.
        decimal: what stands before its cents.
    """

    kinds: dict[str, Message]
    words: dict[str, dict[str, str]]
    months: list[str]
    date: str
    thousands: str
    decimal: str

    def value(self, place: str, value: str | int) -> str:
        """What is written in a place.

        Raises:
            KeyError: the place stands for one of a few things, and `value` is none of them.
        """
        if place.endswith("Cents"):
            return self.amount(int(value))
        if place.endswith("At"):
            return self.day(str(value))
        return self.words[place][str(value)] if place in self.words else str(value)

    def amount(self, cents: int) -> str:
        """An amount, for example `R1 234.50`; whole rand without the cents."""
        sign, whole, rest = ("-" if cents < 0 else ""), abs(cents) // RAND, abs(cents) % RAND
        rands = f"{whole:,}".replace(",", self.thousands)
        return f"{sign}R{rands}" + (f"{self.decimal}{rest:02}" if rest else "")

    def day(self, at: str) -> str:
        """The day in South Africa on which a moment falls, for example `5 December 2026`."""
        there = clock.parse(at).astimezone(clock.SOUTH_AFRICA)
        return self.date.format(day=there.day, month=self.months[there.month - 1], year=there.year)


def render(kind: str, params: Mapping[str, str | int], language: Language) -> Text:
    """A notice in words. What `params` names besides the message's places is left out.

    Raises:
        KeyError: there is no such kind, or `params` lacks one of its places.
    """
    words = catalogue(language)
    message = words.kinds[kind]
    return Text(_filled(message.title, params, words), _filled(message.text, params, words))


def places_of(template: str) -> frozenset[str]:
    """The names of the places in a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


@lru_cache(maxsize=2)
def catalogue(language: Language) -> Catalogue:
    """The words of a language."""
    path = Path(__file__).with_name("catalogue") / f"{language}.json"
    return Catalogue.model_validate(json.loads(path.read_text(encoding="utf-8")))


def _filled(template: str, params: Mapping[str, str | int], words: Catalogue) -> str:
    return template.format_map({place: words.value(place, params[place]) for place in places_of(template)})
