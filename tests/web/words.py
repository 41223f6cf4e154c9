"""The words of the client by their names, so that one journey runs in each language."""

from __future__ import annotations

import json
import re
from typing import Literal

import pytest

from tests.support.template import ROOT

Language = Literal["en", "zu"]
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
