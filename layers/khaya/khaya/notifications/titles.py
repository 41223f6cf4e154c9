"""The form of a title in messages outside the inbox, where it must not serve to send links, numbers or long texts.

People write titles, and a message by SMS, WhatsApp, e-mail or push carries our name. So it names a thing by a short
title of words only. The inbox shows titles as they are.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from khaya.platform.base.text import visible_length, without_invisible

LONGEST: Final = 40
"""Characters of a title in a message."""

_LEAST: Final = 3
"""Visible characters below which a title is left out."""
_MOST_DIGITS: Final = 4
"""Digits in a row that may stay, as in an amount or a size; phone numbers and short codes have more."""
_MOST_DIGITS_IN_ALL: Final = 8
"""Digits of a title that may stay; phone numbers and account numbers have more, whatever words stand between."""
_MOST_MARKS: Final = 2
"""Combining marks on one character that may stay."""

_DOTS: Final = "\u2024\u3002\uff0e\uff61\u00b7\u2027\u0701\u0702\u06d4\ua4f8\ua60e"
"""Characters that browsers or readers take for a dot."""
_PLAIN_SIGNS: Final = str.maketrans({**dict.fromkeys(_DOTS, "."), "\u00d7": "x"})
_ADDRESSES: Final = (
    re.compile(r"\S*(?::/|//|@|\\)\S*"),  # a scheme, an e-mail address or a handle
    re.compile(r"\S*\bxn--\S*", re.IGNORECASE),
    re.compile(r"\S*[^\W_](?:\.|\s?[(\[{]\s?(?:dot|\.)\s?[)\]}]\s?)[^\W\d_]{2,}\S*", re.IGNORECASE),  # a domain
    re.compile(r"\bwww\S*", re.IGNORECASE),
    re.compile(r"\S+/\S+\.\S*|\S*\?\w+=\S*"),  # a path, a query
)
_NUMBERS: Final = re.compile(r"\d(?:\W*[^\W\d]?\W*\d)*")
"""Digits with signs, blanks and single letters between them."""
_SIZE: Final = re.compile(r"\d{1,4}\s?x\s?\d{1,4}", re.IGNORECASE)
_KEPT_SIGNS: Final = frozenset(" '-,&()")


def title_for_messages(title: str, untitled: str) -> str:
    """The words of a title in at most `LONGEST` characters; `untitled` if nothing readable is left.

    Links, domains, e-mail addresses, handles, longer numbers, signs, emoji and invisible characters are dropped.
    Numbers in words, such as "zero eight two", are words like others.
    """
    text = _plain(title)
    for address in _ADDRESSES:
        text = address.sub(" ", text)
    text = "".join(character if _is_kept(character) else " " for character in text)
    text = _NUMBERS.sub(lambda found: found[0] if _is_short(found[0]) else " ", text)
    if _digits(text) > _MOST_DIGITS_IN_ALL:
        text = re.sub(r"\d", " ", text)
    text = re.sub(r"\(\s*\)", " ", text)
    text = " ".join(text.split()).strip("-,&' ")
    if visible_length(re.sub(r"[\W_]", "", text)) < _LEAST:
        return untitled
    return _shortened(text)


def _plain(title: str) -> str:
    """Compatibility forms as plain ones, digits of any script in ASCII, one blank for white space and controls."""
    spaced = "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in title)
    visible = without_invisible(spaced)
    text = unicodedata.normalize("NFKC", visible).translate(_PLAIN_SIGNS)
    marks, kept = 0, []
    for character in unicodedata.normalize("NFD", text):
        category = unicodedata.category(character)
        marks = marks + 1 if category[0] == "M" else 0
        if category in ("Cf", "Me") or marks > _MOST_MARKS:
            continue
        digit = unicodedata.digit(character, None)
        kept.append(character if digit is None else str(digit))
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _is_kept(character: str) -> bool:
    return character in _KEPT_SIGNS or unicodedata.category(character)[0] in "LM" or "0" <= character <= "9"


def _is_short(number: str) -> bool:
    return _digits(number) <= _MOST_DIGITS or _SIZE.fullmatch(number) is not None


def _digits(text: str) -> int:
    return sum(character.isdecimal() for character in text)


def _shortened(text: str) -> str:
    """The text cut at a blank, if it is too long; three dots show the cut."""
    if len(text) <= LONGEST:
        return text
    part = text[: LONGEST - 2]
    words = part[: part.rfind(" ")] if " " in part[LONGEST // 2 :] else part[:-1]
    return f"{words.rstrip(' ,&-(')}..."
