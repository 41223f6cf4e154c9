"""Text: what a reader sees counts, is kept and is compared; what shows nothing does not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.text import comparable, excerpt, index_words, trimmed, visible_length, without_invisible, words
from tests.support.invisible import INVISIBLE_CHARACTERS, inserted

PLACES = st.lists(st.tuples(st.integers(0, 200), st.sampled_from(INVISIBLE_CHARACTERS)), max_size=8)
TEXTS = st.text(max_size=40) | st.text(
    alphabet=st.sampled_from(
        [*"aé ñßI\u0130\u0301\u094dकि한ᄀ\u1160あ\u3099葛", *"👩🔧❤☎1#\u20e3🇿🇦🏴🏽", *INVISIBLE_CHARACTERS]
    ),
    max_size=20,
)


@pytest.mark.parametrize("character", INVISIBLE_CHARACTERS, ids=ascii)
def test_a_character_that_shows_nothing_counts_nothing(character: str) -> None:
    assert visible_length(character * 12) == 0
    assert visible_length(f" {character} {character} ") == 0
    assert visible_length(f"a{character * 12}") == 1
    assert visible_length(f"{character}a{character}b{character}") == 2
    assert without_invisible(character * 12) == trimmed(f" {character}\n{character * 3}") == ""
    assert without_invisible(f"Tha{character}ndi{character}") == "Thandi"
    assert trimmed(f"{character} \u3000Thandi {character}") == "Thandi"


@pytest.mark.parametrize(
    "blank", [" ", "\u00a0", "\u2003", "\u3000", "\t", "\n", "\u202f", "\u205f", "\u1680", "\u2028"]
)
def test_white_space_counts_as_one_character_between_others_and_nothing_outside(blank: str) -> None:
    assert visible_length(blank * 12) == 0
    assert visible_length(f"{blank}a{blank * 5}b{blank}") == 3


@pytest.mark.parametrize(
    "mark", ["\u0301", "\u0308\u0301", "\u093f", "\u20dd", "\u0e34", "\u064b", "\u3099", "\U0001d165", "\u0488"]
)
def test_a_mark_without_a_base_counts_nothing_and_is_dropped(mark: str) -> None:
    assert visible_length(mark * 12) == 0
    assert without_invisible(mark) == without_invisible(f"\u200b{mark}") == ""
    assert without_invisible(f"a {mark}") == "a "
    assert visible_length(f"a {mark}b") == 3


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0), ("Thandi", 6), ("e\u0301", 1), ("é", 1), ("e\u200b\u0301", 1), ("ñ\u0303\u0303", 1), ("👩🏽\u200d🔧", 1), ("👩\u200d👩\u200d👧\u200d👦", 1), ("❤\ufe0f", 1), ("❤\ufe0f\u200d🔥", 1),
        ("☎\ufe0ftap", 4), ("1\ufe0f\u20e3", 1), ("#\u20e32\u20e3", 2), ("🇿🇦", 1), ("🇿🇦🇳🇦", 2), ("🇿", 1), ("👋🏾👋🏿", 2), ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 1),
        ("한국", 2), ("\u1112\u1161\u11ab", 1), ("\u1100\u1161\u1100", 2), ("नमस्ते", 3), ("क्षि", 1), ("กำ", 1), ("ไทย", 3), ("葛\U000e0100城", 2), ("עברית", 5), ("مرحبا", 5), ("می\u200cخواهم", 7), ("eThekwini", 9), ("ʻokina", 6),
        ("👩 🔧", 3), ("👩\u200b\u200d🔧", 2), ("a\u200d\u200db", 2), ("\u3164" * 50 + "ab", 2), ("!?", 2), ("=1", 2), ("\U0001f3fd", 1),
        ("\u0600" * 12, 1), ("\u06dd١٢", 2), ("\u110b\uac00", 1), ("\u1100\ua97c\u1161", 1), ("각\u1161", 2), ("가\u1175\u11a8", 1), ("\u11a8\u1161", 2), ("🇿\u200d🇦", 1), ("🇿\u200d🇦\u200d🇳", 2),
    ],
)  # fmt: skip
def test_a_length_counts_what_a_reader_sees_as_one_character(text: str, length: int) -> None:
    assert visible_length(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "Thandi Nkosi", "Zoë", "👩🏽\u200d🔧", "❤\ufe0f", "☎\ufe0e", "1\ufe0f\u20e3", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "葛\U000e0100城", "می\u200cخواهم", "क्\u200dष", "क्\u200cष", "ශ්\u200dරී",
        "नमस्ते", "한국", "עִברִית", "مُحَمَّد", "🇿🇦", "ᠮᠣᠩᠭᠣᠯ", "ʻokina", "Ünal", "🛠\ufe0f Isicelo",
    ],
)  # fmt: skip
def test_what_changes_what_is_shown_is_kept(text: str) -> None:
    assert without_invisible(text) == trimmed(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Tha\u200bndi", "Thandi"), ("\u202eThandi\u202c", "Thandi"), ("Thandi\ufe0f", "Thandi"), ("T\u200dh\u200ca\u2060ndi", "Thandi"), ("Than\u00addi", "Thandi"), ("Tha\u3164ndi", "Thandi"), ("Thandi\U000e0041\U000e0042", "Thandi"),
        ("محمد\u200d", "محمد"), ("م\u200dحمد", "محمد"), ("د\u200cم", "دم"), ("a\u200c\u200db", "ab"), ("❤\ufe0f\ufe0f", "❤\ufe0f"), ("👩\u200d", "👩"), ("\u200d👩", "👩"), ("👩\u200d\u200d🔧", "👩🔧"), ("🏴\U000e0041\U000e007f", "🏴"),
        ("e\u200b\u0301", "é"), ("\u0301a", "a"), ("क्\u200d", "क्"), ("°\u200d°", "°°"), ("葛\U000e0100\U000e0101", "葛\U000e0100"), ("1\ufe0f", "1"), ("🇿\u200d🇦", "🇿🇦"),
    ],
)  # fmt: skip
def test_what_does_not_change_what_is_shown_is_dropped(text: str, clean: str) -> None:
    assert without_invisible(text) == clean


@given(TEXTS)
def test_given_any_text_cleaning_is_settled_after_once(text: str) -> None:
    clean = without_invisible(text)
    assert without_invisible(clean) == clean == unicodedata.normalize("NFC", clean)
    assert visible_length(text) == visible_length(clean) <= len(clean)
    short = trimmed(clean)
    assert trimmed(short) == short
    assert visible_length(short) == visible_length(clean)


@given(TEXTS)
def test_given_any_text_trimming_takes_nothing_that_is_seen(text: str) -> None:
    short = trimmed(text)
    assert short in text
    assert trimmed(short) == short
    assert comparable(short) == comparable(text)
    assert not short or (short[0] == short.lstrip()[0] and short[-1] == short.rstrip()[-1])


@given(st.text(max_size=40), PLACES)
def test_given_invisible_characters_anywhere_the_comparable_form_and_the_length_stay(
    text: str, places: list[tuple[int, str]]
) -> None:
    assert comparable(inserted(text, places)) == comparable(text)


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x24F), max_size=20), PLACES)
def test_given_invisible_characters_in_a_name_it_stays_that_name(text: str, places: list[tuple[int, str]]) -> None:
    name = inserted(text, places)
    assert without_invisible(name) == unicodedata.normalize("NFC", text)
    assert visible_length(name) == len(text)
    assert words(name) == words(text)


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "Durban",
            "  durban ",
            "DURBAN\u00a0",
            "Dur\u200bban",
            "Ｄｕｒｂａｎ",
            "Dürban",
            "𝐃𝐮𝐫𝐛𝐚𝐧",
            "\ufeffDurban\u2060",
        ),
        ("Durban North", "durban   north", "DURBAN\u3000NORTH", "Durban\u2009North"),
        ("Straße", "STRASSE", "strasse", "straẞe"),
        ("Café", "CAFE\u0301", "cafe", "CAFÉ"),
        ("Peñón", "penon", "PEN\u0303ON"),
        ("İstanbul", "istanbul", "ISTANBUL", "ıstanbul"),
        ("Łódź", "lodz"),
        ("Tromsø", "TROMSO"),
        ("Ɓuza", "buza", "ɓUZA"),
        ("ƙasa", "Kasa"),
        ("Guɖe Ŧ", "gude t"),
        ("مُحَمَّد", "محمد"),
        ("עִבְרִית", "עברית"),
        ("Ærø", "aero"),
        ("ΑΘΗΝΑ", "Αθήνα", "αθηνα"),
        ("Москва", "МОСКВА"),
        ("Việt Nam", "viet nam"),
        ("ﬁeld", "FIELD"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("がっこう", "か\u3099っこう"),
    ],
)
def test_places_compare_without_case_diacritics_and_blanks(spellings: tuple[str, ...]) -> None:
    assert len({comparable(text) for text in spellings}) == 1


@pytest.mark.parametrize(
    "pair",
    [
        ("की", "क"),
        ("कि", "की"),
        ("ไม", "ไม่"),
        ("か", "が"),
        ("عمان", "عمن"),
        ("한", "하"),
        ("Durban", "Durbin"),
        ("St Lucia", "Stlucia"),
    ],
)
def test_different_words_stay_different_in_every_script(pair: tuple[str, str]) -> None:
    assert comparable(pair[0]) != comparable(pair[1])


@given(TEXTS | st.text(min_size=190, max_size=260))
def test_given_any_text_its_comparable_form_is_settled_after_once(text: str) -> None:
    once = comparable(text)
    assert comparable(once) == once
    assert len(once) <= 200
    assert len(f"construction#{once}".encode()) <= 1024
    assert comparable(f" {text}\n") == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fix a leaking TAP!", ["fix", "a", "leaking", "tap"]), ("Café crème", ["cafe", "creme"]), ("Straße STRASSE", ["strasse"]), ("नल की मरम्मत", ["नल", "की", "मरम्मत"]), ("50m² tiles", ["50m2", "tiles"]),
        ("🛠\ufe0fTap", ["tap"]), ("🛠\ufe0f Tap", ["tap"]), ("Tap🛠\ufe0froof", ["tap", "roof"]), ("❤\ufe0ftap", ["tap"]), ("👩🏽\u200d🔧tap", ["tap"]), ("☎\ufe0f082", ["082"]), ("1\ufe0f\u20e3tap", ["1", "tap"]), ("tap1\u20e3roof", ["tap", "1", "roof"]),
        ("🇿🇦tap", ["tap"]), ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007ftap", ["tap"]), ("ℹ\ufe0ftap", ["tap"]), ("Ⓜ\ufe0ftap", ["tap"]), ("™tap", ["tap"]), ("tap\ufe0f roof", ["tap", "roof"]), ("\ufe0ftap", ["tap"]),
        ("ta\u200bp", ["tap"]), ("ta\u00adp ro\u2060of", ["tap", "roof"]), ("tap\u200b roof", ["tap", "roof"]), ("tap \u3164roof", ["tap", "roof"]), ("\u0301tap", ["tap"]), ("!?… — ", []), ("\u200b\u3164\u2800", []), ("🛠\ufe0f", []),
        ("tap,roof;door/wall_floor", ["tap", "roof", "door", "wall", "floor"]), ("tap\u2028roof", ["tap", "roof"]), ("２５ｍｍ", ["25mm"]),
    ],
)  # fmt: skip
def test_search_words_are_what_a_reader_sees_as_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected
    assert set(expected) <= set(index_words(text))


@pytest.mark.parametrize("character", INVISIBLE_CHARACTERS, ids=ascii)
def test_an_invisible_character_neither_hides_a_word_nor_joins_it_to_its_neighbour(character: str) -> None:
    assert words(f"t{character}ap {character}roof{character} {character}") == ["tap", "roof"]
    assert {"tap", "roof"} <= set(index_words(f"tap{character}roof"))
    assert words(f"🔧{character}tap") == ["tap"]
    assert words(f"🔧\ufe0f{character}tap🔧{character}roof") == ["tap", "roof"]


@given(TEXTS | st.text(max_size=200))
def test_given_any_text_the_words_of_its_words_are_the_same(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    assert len(set(found)) == len(found)
    assert all(0 < len(word) <= 64 for word in found)
    assert set(found) <= set(index_words(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a tap", "a tap"),
        ("one two three", "one two\u2026"),
        ("two\nlines", "two lines"),
        ("abcdefghijklmno", "abcdefghi\u2026"),
        ("ab cdefghijklmno", "ab cdefgh\u2026"),
        ("abcdefgh e\u0301\u0301 x", "abcdefgh\u2026"),
        ("abcdefghe\u0301\u0301xyz", "abcdefgh\u2026"),
        ("", ""),
    ],
)
def test_an_excerpt_ends_between_words_or_at_least_between_visible_characters(text: str, expected: str) -> None:
    assert excerpt(text, 10) == expected


@given(TEXTS | st.text(max_size=300), st.integers(min_value=2, max_value=120))
def test_given_any_text_an_excerpt_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    found = excerpt(text, limit)
    assert len(found) <= limit
    assert "\n" not in found
