"""CSV: whichever separator a spreadsheet takes, no cell of text starts a formula."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.csv_text import BYTE_ORDER_MARK, neutral, row

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\u2212\ufe66\ufe62\ufe63\ufe6b"
SEPARATORS = ",;\t|:\n\r"


def cells(text: str, separator: str) -> list[str]:
    """What a spreadsheet finds that takes `separator`, with and without regard to quotes."""
    plain = re.split(f"[{re.escape(separator)}\r\n]", text)
    return [*plain, *(cell.strip('"') for cell in plain)]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("form", ["{}1+1", ";{}1+1", ",{}1", "a;{}cmd|' /C calc'!A0", "a, {}1", "a|{}1", "a:{}1", "a\t{}1", "a\n{}1", "a\r\n{}1", '"{}1', 'a;"{}1"', " {}1", "\t{}1", "\u00a0{}1", "\u200b{}1", "a; \t {}1", "(;{}1)", "a {}1", "a;\"\"{}1"])  # fmt: skip
@pytest.mark.parametrize("separator", [*SEPARATORS, " "])
def test_no_cell_starts_a_formula_under_any_separator(form: str, sign: str, separator: str) -> None:
    for cell in cells(row(["id", form.format(sign), "x"]), separator):
        seen = cell.strip("\t\r\n \u00a0\u200b")
        assert not seen.startswith(tuple(SIGNS)), cell


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx", "\t", "\r\n"])
def test_no_cell_begins_with_a_control_character(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Thandi", "Bonus - thanks", "a-b", "2026-11-21T08:00:00.000Z", "referral:01JCZX", "R50", "a+b=c", "thandi@example.org", "don't", "Café, 2nd floor; left", "1, 2, 3", "semi-detached"])  # fmt: skip
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize("amount", [-5000, 0, 5000, -1, 10**12])
def test_an_amount_is_never_prefixed(amount: int) -> None:
    assert row(["a", amount, None]) == f"a,{amount},\r\n"


def test_the_byte_order_mark_makes_excel_read_utf_8() -> None:
    assert (BYTE_ORDER_MARK + row(["é"])).encode().startswith(b"\xef\xbb\xbf\xc3\xa9")


@given(st.text(alphabet=st.sampled_from("ab1 =+-@;,\t|:\n\r\"'(\u200b\uff1d"), max_size=20))
def test_given_any_text_it_is_neutral_after_once_and_keeps_its_characters(text: str) -> None:
    once = neutral(text)
    assert neutral(once) == once
    assert once.replace("'", "") == text.replace("'", "")
    for separator in ",;|:":
        for cell in cells(row([text]), separator):
            assert not cell.lstrip(" \t").startswith(tuple("=+-@\uff1d")), (separator, cell)


@given(st.lists(st.text(alphabet='abc,;"\n é', max_size=10), min_size=2, max_size=5))
def test_given_harmless_cells_they_are_read_back_as_written(texts: list[str]) -> None:
    texts = [text for text in texts if not text.startswith("\n")] or ["a"]
    assert next(csv.reader(io.StringIO(row([*texts, "end"]), newline=""))) == [*texts, "end"]
