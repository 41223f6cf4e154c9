"""The words of the client by their names, so that one journey runs in each language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Literal

import pytest

from tests.support.template import ROOT

Language = Literal["en", "zu"]
LANGUAGES: tuple[Language, ...] = ("en", "zu")
EACH_LANGUAGE = ["en", pytest.param("zu", marks=pytest.mark.slow)]
"""For journeys: the second language only in the long run."""
_COMPILED = ROOT / "web" / "src" / "words" / "compiled"


class Words:
    """The words of one language, as the build compiled them."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._all: dict[str, str | list[str]] = {}
        for file in _COMPILED.glob(f"{language}.*.json"):
            self._all |= json.loads(file.read_text())

    def names(self) -> list[str]:
        """The names of all words."""
        return list(self._all)

    def values(self, name: str) -> list[str]:
        """A text, or the three forms of one that counts."""
        found = self._all[name]
        return [found] if isinstance(found, str) else found

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text with its name; the forms of one that counts come one by one."""
        return ((name, text) for name in self._all for text in self.values(name))

    def __call__(self, name: str, **values: str) -> str:
        """A text with its placeholders filled."""
        text = self._all[name]
        assert isinstance(text, str), f"{name} has several forms"
        return re.sub(r"\{(\w+)\}", lambda hole: values[hole[1]], text)

    def pattern(self, name: str) -> re.Pattern[str]:
        """A text with anything in the place of each placeholder."""
        text = self._all[name]
        assert isinstance(text, str), f"{name} has several forms"
        return re.compile(".*".join(re.escape(part) for part in re.split(r"\{\w+\}", text)))
