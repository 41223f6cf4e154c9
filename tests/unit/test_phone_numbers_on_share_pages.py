"""Pages to share show no phone number, however it is written, and keep amounts, dates and sizes."""

from __future__ import annotations

import pytest

from khaya.share_pages.page import SharePage
from khaya.share_pages.phone_numbers import without_phone_numbers


def shown(text: str) -> str:
    return without_phone_numbers(SharePage("/", "title", "summary", text=text)).text


@pytest.mark.parametrize(
    "number",
    [
        "0821234567",
        "082 123 4567",
        "082-123-4567",
        "082.123.4567",
        "(082) 123 4567",
        "031 123 4567",
        "+27821234567",
        "+27 (0)82 123 4567",
        "27821234567",
        "0027 82 123 4567",
        "+44 20 7946 0958",
        "0 8 2 1 2 3 4 5 6 7",
        "\u0660\u0668\u0662 \u0661\u0662\u0663 \u0664\u0665\u0666\u0667",
        "08\u200b21234567",
        "R500 0821234567",
        "082_123_4567",
        "082 / 123 / 4567",
        "082 \u2013 123 \u2013 4567",
    ],
)
def test_a_typed_phone_number_is_left_out(number: str) -> None:
    text = shown(f"Call {number} today")
    assert sum(one.isdecimal() for one in text) <= 3
    assert text.startswith("Call ")
    assert text.endswith("\u2026 today")


@pytest.mark.parametrize(
    "text",
    [
        "R1 000 000.00",
        "R1 234.50, 3 bags",
        "2026-12-01 08:00",
        "1 December 2026 to 5 January 2027",
        "600 x 600 x 12 mm, 2400 pieces",
        "4.5 / 5, 2 reviews",
        "Unit 12, 400 Main Road, 4001",
    ],
)
def test_amounts_dates_and_sizes_stay(text: str) -> None:
    assert shown(text) == text


def test_each_typed_part_of_the_page_is_searched() -> None:
    number = "082 123 4567"
    page = without_phone_numbers(SharePage("/", number, number, (("Place", number),), number, image="a/0821234567"))
    assert (page.title, page.summary, page.facts, page.text) == ("\u2026", "\u2026", (("Place", "\u2026"),), "\u2026")
    assert page.image == "a/0821234567"
