"""Renders notifications in the reader's language.

The texts stand in `catalogue/<language>.json`, a title and a text for each kind. They use only characters of the SMS
alphabet (GSM 03.38), so amounts have plain spaces. The inbox shows titles as they are; what is sent outside of it has
them as `titles.title_for_messages` makes them.
"""

import json
import string
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from khaya.notifications.choices import Language
from khaya.notifications.titles import title_for_messages
from khaya.platform.base import clock
from khaya.platform.base.models import Model
from khaya.platform.base.money import RAND
from khaya.platform.base.text import excerpt

REASONS: Final = frozenset({"reason", "decisionReason"})
"""The placeholders for what an admin typed to both parties."""

LONGEST_REASON: Final = 50
"""Characters of an admin's reason in a message outside the inbox; the page of the job has all of it."""


class Text(NamedTuple):
    """A rendered notification."""

    title: str
    text: str


class Template(Model):
    """A title and a text with placeholders in braces."""

    title: str
    text: str


class KindTemplates(Template):
    """The templates of a kind. `gathered` is for several at once, and has the placeholder `count` besides."""

    gathered: Template | None = None


class Catalogue(Model):
    """The texts of one language.

    Attributes:
        kinds: the templates, by kind of notification.
        words: by placeholder, the translations of its possible values.
        months: the months' names as they stand in `date`.
        untitled: what stands for a title of which nothing is left outside the inbox.
        date: the format of a day, with `{day}`, `{month}` and `{year}`.
        thousands: the separator of thousands in an amount.
        decimal: the separator before its cents.
    """

    kinds: dict[str, KindTemplates]
    words: dict[str, dict[str, str]]
    months: list[str]
    untitled: str
    date: str
    thousands: str
    decimal: str

    def value(self, placeholder: str, value: str | int) -> str:
        """The text for a placeholder's value; cents are rand.

        Raises:
            KeyError: the placeholder's values are translated, and `value` is none of them.
        """
        if placeholder.endswith("Cents"):
            return self.amount(value) if isinstance(value, int) else value  # a text is money in another currency
        if placeholder.endswith("At"):
            return self.day(str(value))
        return self.words[placeholder][str(value)] if placeholder in self.words else str(value)

    def amount(self, cents: int) -> str:
        """An amount such as `R1 234.50`; whole rand are written without cents."""
        sign, whole, rest = ("-" if cents < 0 else ""), abs(cents) // RAND, abs(cents) % RAND
        rands = f"{whole:,}".replace(",", self.thousands)
        return f"{sign}R{rands}" + (f"{self.decimal}{rest:02}" if rest else "")

    def day(self, at: str) -> str:
        """The day of a time in South Africa, such as `5 December 2026`."""
        local = clock.parse(at).astimezone(clock.SOUTH_AFRICA)
        return self.date.format(day=local.day, month=self.months[local.month - 1], year=local.year)


def render(kind: str, params: Mapping[str, str | int], language: Language, *, count: int = 1) -> Text:
    """A notification's title and text in the inbox; `count` is how often it happened.

    Parameters without a placeholder are ignored.

    Raises:
        KeyError: the kind is unknown, or a placeholder has no parameter.
    """
    words = catalogue(language)
    message = words.kinds[kind]
    template = message.gathered if count > 1 and message.gathered else message
    values = {**params, "count": count}
    return Text(_filled(template.title, values, words), _filled(template.text, values, words))


def render_outside(kind: str, params: Mapping[str, str | int], language: Language, *, count: int = 1) -> Text:
    """A notification's title and text by SMS, WhatsApp, e-mail or push.

    Without what a title may smuggle in, and with the beginning of an admin's reason.
    """
    untitled = catalogue(language).untitled
    short: dict[str, str | int] = {}
    for name, value in params.items():
        if name.endswith("Title"):
            short[name] = title_for_messages(str(value), untitled)
        else:
            short[name] = _beginning(str(value)) if name in REASONS else value
    return render(kind, short, language, count=count)


def placeholders_in(template: str) -> frozenset[str]:
    """The names of a template's placeholders."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


@lru_cache(maxsize=2)
def catalogue(language: Language) -> Catalogue:
    """The texts of a language."""
    path = Path(__file__).with_name("catalogue") / f"{language}.json"
    return Catalogue.model_validate(json.loads(path.read_text(encoding="utf-8")))


def _beginning(reason: str) -> str:
    """The beginning of a reason, with dots of the SMS alphabet."""
    return excerpt(reason, LONGEST_REASON).replace("\u2026", "...")


def _filled(template: str, params: Mapping[str, str | int], words: Catalogue) -> str:
    return template.format_map({name: words.value(name, params[name]) for name in placeholders_in(template)})
