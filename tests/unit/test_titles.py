"""Titles in messages outside the inbox: short words, without links, addresses, numbers and invisible characters."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.notifications.titles import LONGEST, title_for_messages

UNTITLED = "see the title in Khaya"

KEPT = {
    "Fix a leaking tap": "Fix a leaking tap",
    "  Paint   the fence ": "Paint the fence",
    "Install 2 taps, 3 doors (new)": "Install 2 taps, 3 doors (new)",
    "Lay 120 bricks for R1 500": "Lay 120 bricks for R1 500",
    "Phenduka igceke & ugange": "Phenduka igceke & ugange",
    "Réparer l'évier": "Réparer l'évier",
    "Fix tap. Then paint": "Fix tap Then paint",
    "Repair A/C unit!": "Repair A C unit",
    "Paint\r\nmy\nhouse": "Paint my house",
    "Fix \U0001f6b0 the tap": "Fix the tap",
    "修理水龙头": "修理水龙头",
    "Tile 600x600 in 2 rooms": "Tile 600x600 in 2 rooms",
    "Hang 3 doors, 813 \u00d7 2032 mm": "Hang 3 doors, 813 x 2032 mm",
    "Lay 40 m2 of 20 mm screed": "Lay 40 m2 of 20 mm screed",
    "Fix tap_2 and tap_3": "Fix tap 2 and tap 3",
    "Paint 3 rooms by 1 May 2027": "Paint 3 rooms by 1 May 2027",
}

LINKS = [
    "https://evil.example/x",
    "HTTP://EVIL.EXAMPLE",
    "hxxp://evil.example",
    "ftp://evil.example",
    "//evil.example/path",
    "evil.example",
    "evil.co.za",
    "evil.co.za/pay?x=1",
    "www.evil.example",
    "wa.me/27821234567",
    "t.me/evil",
    "bit.ly/3xEvil",
    "xn--evil-6na.example",
    "XN--EVIL-6NA",
    "évil.example",
    "evil\u3002example",
    "evil\uff0eexample",
    "evil\u2024example",
    "\uff45\uff56\uff49\uff4c.example",
    "ev\u200bil.exa\u200bmple",
    "ev\u00adil.example",
    "e\u202evil.example\u202c",
    "\u2066evil.example\u2069",
    "evil[.]example",
    "evil(dot)example",
    "evil (dot) example",
    "me@evil.example",
    "me\uff20evil.example",
    "@evil",
    "evil@",
]

NUMBERS = [
    "0821234567",
    "082 123 4567",
    "082-123-4567",
    "082.123.4567",
    "(082) 123 4567",
    "+27 82 123 4567",
    "0027821234567",
    "082\u00a0123\u20094567",
    "082 / 123 / 4567",
    "0 8 2 1 2 3 4 5 6 7",
    "35544",
    "\u0660\u0668\u0662\u0661\u0662\u0663\u0664\u0665\u0666\u0667",
    "\uff10\uff18\uff12\uff11\uff12\uff13\uff14\uff15\uff16\uff17",
    "0\u20e38\u20e32\u20e31\u20e32\u20e33\u20e3",
    "\u2460\u2461\u2462\u2463\u2464\u2465",
    "\U0001d7ce\U0001d7d6\U0001d7d0\U0001d7cf\U0001d7d0",
    "0\u200b8\u200b2\u200b1\u200b2\u200b3",
    "0\u202d8\u202d2\u202d1\u202d2",
    "0_8_2_1_2_3_4_5_6_7",
    "6200_1234_5678",
    "6200__1234--5678",
    "1234 a 5678 a 9012",
    "0a8a2a1a2a3",
    "0-a-8-a-2-a-1-a-2",
    "082x123x4567",
    "08l21Z34567",
    "0 o 8 o 2 o 1 o 2",
    "12 ab 34 cd 56 ef 78 gh 90",
    "0821 then 2345 then 67",
    "0821tel2345tel67",
    "082 & 123 & 4567",
    "082(123)4567",
    "0'8'2'1'2'3",
    "0*8*2*1*2",
    "*120*1234#",
    "0|8|2|1|2",
    "0~8~2~1~2",
    "0\u00b78\u00b72\u00b71\u00b72",
    "0\u2022 8\u2022 2\u2022 1\u2022 2",
    "0\U0001f6b08\U0001f6b02\U0001f6b01\U0001f6b02",
    "0\u04308\u04302\u04301\u04302",
    "0a\u03018\u0301b\u03012\u03011a\u03012",
    "\u0966\u096e\u0968 \u0967\u0968\u0969 \u096a\u096b\u096c\u096d",
    "\u09e6\u09ee\u09e8\u09e7\u09e8",
    "0\u096e2\u06f1\uff12",
    "\u1369\u136a\u136b\u136c\u136d",
    "\u2776\u2777\u2778\u2779\u277a",
    "\u2460_\u2461_\u2462_\u2463_\u2464",
    "\u2070\u2078\u00b2\u00b9\u00b2",
    "\u2080a\u2088a\u2082a\u2081a\u2082",
    "\U0001fbf0\U0001fbf8\U0001fbf2\U0001fbf1\U0001fbf2",
]


@pytest.mark.parametrize("title", KEPT)
def test_the_words_of_an_honest_title_stay(title: str) -> None:
    assert title_for_messages(title, UNTITLED) == KEPT[title]


@pytest.mark.parametrize("place", ["{}", "Please see {} now", "{} for more", "Ask at {}"])
@pytest.mark.parametrize("link", LINKS)
def test_no_link_or_address_is_left(place: str, link: str) -> None:
    said = title_for_messages(place.format(link), UNTITLED)
    assert "evil" not in said.casefold() or said.isalpha()
    assert not re.search(r"[./:@\\]", said.removesuffix("..."))


@pytest.mark.parametrize("place", ["{}", "Call {} now", "{} is my number", "Paint the wall {}"])
@pytest.mark.parametrize("number", NUMBERS)
def test_no_longer_number_is_left(place: str, number: str) -> None:
    said = title_for_messages(place.format(number), UNTITLED)
    assert sum(character.isdecimal() for character in said) == 0


@pytest.mark.parametrize(
    "title", ["12345", "https://evil.example", "!!!", "\U0001f6b0\U0001f6b0", "a@b.example", "()()"]
)
def test_given_nothing_readable_then_it_says_where_the_title_is(title: str) -> None:
    assert title_for_messages(title, UNTITLED) == UNTITLED


def test_a_long_title_is_cut_at_a_word() -> None:
    said = title_for_messages("Build a very long wall around the whole of the property please", UNTITLED)
    assert said == "Build a very long wall around the..."
    assert len(title_for_messages("a" * 200, UNTITLED)) == LONGEST


@given(st.lists(st.sampled_from("0123456789"), min_size=9, max_size=14), st.data())
def test_given_a_phone_number_with_anything_short_between_its_digits_then_at_most_eight_of_its_digits_are_left(
    digits: list[str], data: st.DataObject
) -> None:
    between = st.text(alphabet="_-. ,/|*()'&+#:;~\u00a0\u2009\u200b\u2022xyZ\u0430", max_size=2)
    typed = "".join(digit + data.draw(between) for digit in digits)
    said = title_for_messages(f"Paint the wall {typed}", UNTITLED)
    assert sum(character.isdecimal() for character in said) <= 8
    assert not re.search(r"\d(?:[\W_]*\d){4}", said)


@given(st.text(max_size=200))
def test_whatever_the_title_is_the_result_is_short_printable_and_without_addresses(title: str) -> None:
    said = title_for_messages(title, UNTITLED)
    assert 0 < len(said) <= LONGEST
    body = said.removesuffix("...")
    assert all(unicodedata.category(character)[0] in "LMN" or character in " '-,&()" for character in body)
    assert not re.search(r"\d(?:\W*\d){4}", body)
    assert sum(character.isdigit() for character in body) <= 8


@given(st.text(alphabet="ab_.:/@ 0123456789\u200b\u202e\u3002-+()", max_size=60))
def test_texts_made_of_links_and_numbers_leave_neither(title: str) -> None:
    body = title_for_messages(title, UNTITLED).removesuffix("...")
    assert not re.search(r"[./:@]|\d(?:\W*\d){4}", body)
