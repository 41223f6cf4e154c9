"""Phone numbers: one form, whatever way a number was written."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.phones import PATTERN, normal_phone
from tests.support.invisible import INVISIBLE_CHARACTERS

SEPARATORS = [" ", "\u00a0", "\u2009", "\u202f", "\u3000", "\t", "-", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", ".", "/", "(", ")", "[", "]"]  # fmt: skip
ZEROS = [chr(code) for code in range(0x110000) if unicodedata.decimal(chr(code), None) == 0]
PREFIXES = ["0", "+27", "0027", "27", "+27 (0)", "+27 0", "+27(0)", "0027 (0)", "0027 0", "27 (0)", "270", "(+27)", "(0027) ", "+ 27 ", "00 27 "]  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        "0712345678", "071 234 5678", "(071) 234-5678", "071.234.5678", "071/234/5678", "071-234-5678", "[071] 234 5678",
        "+27712345678", "+27 71 234 5678", "+27(0)71 234 5678", "+27 (0) 71 234 5678", "+27 071 234 5678", "+270712345678",
        "27712345678", "27 71 234 5678", "27 (0)71 234 5678", "270712345678", "0027712345678", "00 27 71 234 5678",
        "0027 (0)71 234 5678", "0027071 234 5678", "(+27) 71 234 5678", "(+27)(0)71 234 5678", "+ 27 71 234 5678", "+27-71-234-5678",
        "071\u00a0234\u20095678", "071\u3000234\u202f5678", "071\u2011234\u20135678", "071\u2014234\u22125678", "071\t234\t5678",
        "\u202a+27\u00a071\u00a0234\u00a05678\u202c", "\u200e071 234 5678", "\ufeff0712345678", "071\u200b2345678", "0\u00ad712345678", "0712345678\u2060",
        "\uff0b\uff12\uff17\uff17\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", "\uff10\uff17\uff11\uff08\uff12\uff13\uff14\uff09\uff15\uff16\uff17\uff18",
        "\u0660\u0667\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "+\u0662\u0667 \u0667\u0661 \u0662\u0663\u0664 \u0665\u0666\u0667\u0668",
        "\u06f0\u06f7\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8", "\u0966\u096d\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e", "0\u0667\uff112345678",
        "  071 234 5678  ", "071 234 5678\n",
    ],
)  # fmt: skip
def test_every_way_of_writing_one_number_has_the_same_form(written: str) -> None:
    assert normal_phone(written) == "+27712345678"


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "0", "+", "+27", "27", "00", "0027", "071234567", "07123456789", "+2771234567", "+277123456789", "+27 (0)71 234 567",
        "2771234567", "277123456789", "712345678", "+2707123456789", "+27 00 71 234 5678", "00 00 27 71 234 5678", "+0027712345678",
        "031 234 5678", "+27 31 234 5678", "0027 31 234 5678", "27 31 234 5678", "+27 (0)31 234 5678", "012 345 6789", "+27 11 234 5678",
        "0521234567", "+27 52 123 4567", "0912345678", "+27 91 234 5678", "+27 10 123 4567", "+27 21 123 4567", "0000000000", "+27 0",
        "071 234 5678 ext 5", "071 234 567a", "O71 234 5678", "071,234,5678", "071 234 5678;", "++27712345678", "+27+712345678", "27+712345678", "0712345678+",
        "tel:+27712345678", "0712345678/0712345678", "071*2345678", "#0712345678", "071_234_5678", "\x000712345678", "0712345678\x7f", "071\x1b2345678",
        "\u00b9\u00b2\u00b3", "0\u2460123456789", "071234567\u00b2", "\u200b", "\u3164" * 10, "07" + "1" * 62, "0712345678" + " " * 60,
        "+999 123 456 789", "+210 123 4567", "+0 712345678", "+1 055 123 4567", "+1 555 123 456", "+1 555 123 45678", "+1 155 123 4567", "+44", "+44 1", "+44 123", "+1234567890123456", "011 27 71 234 5678", "15551234567", "447911123456",
        "+259 123 4567", "+384 123 4567", "+441234567890123456",
    ],
)  # fmt: skip
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="South African number"):
        normal_phone(written)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("+1 (555) 123-4567", "+15551234567"), ("001 555 123 4567", "+15551234567"), ("+44 7911 123456", "+447911123456"), ("0044 7911 123456", "+447911123456"),
        ("+44 (0)7911 123456", "+447911123456"), ("+44 07911 123456", "+447911123456"), ("+266 5012 3456", "+26650123456"), ("+268 7612 3456", "+26876123456"),
        ("+263 71 234 5678", "+263712345678"), ("+263 (0)71 234 5678", "+263712345678"), ("+258 82 123 4567", "+258821234567"), ("+264 81 123 4567", "+264811234567"),
        ("+267 71 123 456", "+26771123456"), ("+234 802 123 4567", "+2348021234567"), ("+91 81234 56789", "+918123456789"), ("+39 06 1234 5678", "+390612345678"),
        ("+225 01 23 45 67 89", "+2250123456789"), ("+7 912 345 67 89", "+79123456789"), ("+49 (0)151 23456789", "+4915123456789"), ("+86 131 2345 6789", "+8613123456789"),
    ],
)  # fmt: skip
def test_numbers_of_other_countries_need_their_code_and_lose_the_trunk_prefix(written: str, canonical: str) -> None:
    assert normal_phone(written) == canonical
    assert normal_phone(canonical) == canonical


@pytest.mark.parametrize("zero", ZEROS, ids=lambda zero: f"U+{ord(zero):04X}")
def test_digits_of_every_script_are_read(zero: str) -> None:
    digits = [chr(ord(zero) + value) for value in range(10)]
    assert normal_phone("".join(digits[value] for value in (0, 6, 1, 2, 3, 4, 5, 7, 8, 9))) == "+27612345789"


@given(
    st.from_regex(r"\A[678][0-9]{8}\Z"),
    st.sampled_from(PREFIXES),
    st.sampled_from(PREFIXES),
    st.lists(st.sampled_from([*SEPARATORS, *INVISIBLE_CHARACTERS, ""]), min_size=9, max_size=9),
    st.sampled_from(ZEROS),
)
def test_given_any_two_spellings_of_one_number_their_forms_are_equal(
    number: str, prefix: str, other: str, gaps: list[str], zero: str
) -> None:
    spelled = "".join(gap + chr(ord(zero) + int(digit)) for gap, digit in zip(gaps, number, strict=True))
    assert normal_phone(prefix + spelled) == normal_phone(other + number) == f"+27{number}"


@given(st.text(alphabet=st.sampled_from("0123456789+ ()-27678\u0660\u200b"), max_size=24))
def test_given_any_text_the_form_of_a_form_is_itself(text: str) -> None:
    try:
        canonical = normal_phone(text)
    except ValueError:
        return
    assert normal_phone(canonical) == canonical
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", canonical)
    assert not canonical.startswith("+27") or re.fullmatch(r"\+27[678][0-9]{8}", canonical)


@given(st.from_regex(PATTERN, fullmatch=True).filter(lambda text: len(text) <= 64))
def test_given_a_text_that_the_document_describes_it_is_accepted(text: str) -> None:
    assert normal_phone(text)


@pytest.mark.parametrize("written", ["071 234 5678", "+27(0)71 234 5678", "0027 (0)71-234-5678", "27712345678", "+1 555 123 4567", "+44 7911 123456", "(+27) 71 234 5678"])  # fmt: skip
def test_the_document_describes_the_usual_ways_of_writing(written: str) -> None:
    assert re.search(PATTERN, written)


@pytest.mark.parametrize("written", ["031 234 5678", "+27 31 234 5678", "071 234 567", "+2771234567", "071 234 56789", "+999 123 456 789", "12345"])  # fmt: skip
def test_the_document_refuses_what_the_code_refuses(written: str) -> None:
    assert not re.search(PATTERN, written)
