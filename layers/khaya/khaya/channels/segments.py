"""The parts into which networks divide a text message, each at the price of one message (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Final

_BASIC: Final = frozenset(
    ascii_letters + digits + "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
"""Characters that take the room of two."""
_ONE_PART: Final = 160
_OF_SEVERAL: Final = 153
"""Characters in a part of several; the rest numbers the parts."""
_ONE_PART_UNICODE: Final = 70
_OF_SEVERAL_UNICODE: Final = 67


def parts(text: str) -> int:
    """The number of parts of a text, at least 1."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        length, one, several = len(text) + sum(sign in _EXTENDED for sign in text), _ONE_PART, _OF_SEVERAL
    else:
        length, one, several = len(text.encode("utf-16-le")) // 2, _ONE_PART_UNICODE, _OF_SEVERAL_UNICODE
    return 1 if length <= one else -(-length // several)
