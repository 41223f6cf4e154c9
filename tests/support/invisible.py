"""Characters that show nothing, and how to put them into a text."""

from __future__ import annotations

INVISIBLE_CHARACTERS = [
    *"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f",
    *"\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206f\u2800\u3164",
    *"\ufe00\ufe01\ufe0e\ufe0f\ufeff\uffa0\U00013430\U0001bca0\U0001d159\U0001d173",
    *"\U000e0001\U000e0020\U000e0041\U000e007f\U000e0100\U000e01ef",
]


def inserted(text: str, places: list[tuple[int, str]]) -> str:
    """`text` with characters put at places that are counted round and round."""
    for place, character in places:
        at = place % (len(text) + 1)
        text = text[:at] + character + text[at:]
    return text
