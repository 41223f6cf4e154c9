"""Removes the phone numbers that people type into titles and texts, since pages to share are read without limits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from khaya.platform.base.text import without_invisible
from khaya.share_pages.page import SharePage

_OMITTED: Final = "\u2026"
_RUN: Final = re.compile(r"(?:[+\uff0b]\W{0,2})?\d(?:(?:[^\w,;:]|_){0,3}\d)*")
"""Digits of any script with up to three blanks or signs between them; amounts and dates have fewer than a number."""
_NUMBER: Final = re.compile(r"0[1-9]\d{8}|27[1-9]\d{8}|^(?:\+|00)\d{7}")
"""A South African number anywhere in a run, or any international one at its beginning."""


def without_phone_numbers(page: SharePage) -> SharePage:
    """The page with an ellipsis in the place of each phone number."""
    return replace(
        page,
        title=_without(page.title),
        summary=_without(page.summary),
        facts=tuple((label, _without(value)) for label, value in page.facts),
        text=_without(page.text),
    )


def _without(text: str) -> str:
    return _RUN.sub(_shown, without_invisible(text))


def _shown(found: re.Match[str]) -> str:
    run = found[0]
    digits = "".join(str(unicodedata.digit(one)) if one.isdecimal() else "" for one in run)
    sign = "+" if unicodedata.normalize("NFKC", run[0]) == "+" else ""
    return _OMITTED if _NUMBER.search(sign + digits) else run
