"""The parts of a text message, each of which costs as much as a message."""

from __future__ import annotations

import pytest

from khaya.channels.segments import parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("Thenga: R1 500 & “x”".replace("“", '"').replace("”", '"'), 1),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("ñ" * 160, 1),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" * 134, 2),
        ("ê" * 135, 3),
        ("\U0001f6b0" * 35, 1),
        ("\U0001f6b0" * 36, 2),
    ],
)
def test_a_text_is_divided_as_networks_divide_it(text: str, expected: int) -> None:
    assert parts(text) == expected
