"""The rules of passwords."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from khaya.platform.base.errors import FieldError, Invalid
from khaya.sign_in.passwords import check_not_own, new_password, normal_password

GOOD = [
    "tap-roof-brick-sand",
    "alllowercaseletters",
    "two words here",
    "  blanks at the ends  ",
    "8362057194",
    "ukudla kwasekuseni",
    "été à Durban",
    "пароль для всех",
    "🧱🧱 brick wall 🧱",
    "x" * 60 + "y" * 60 + "12345678",
    "ThisIsJustLetters",
    "!?!?-=+*&%",
]


@pytest.mark.parametrize("password", GOOD)
def test_a_password_of_any_composition_is_accepted(password: str) -> None:
    assert new_password(password) == unicodedata.normalize("NFC", password).strip()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too_short"),
        ("ninechars", "too_short"),
        ("   nine char   ", "too_short"),
        ("\u3000" * 20, "too_short"),
        ("e\u0301" * 9, "too_short"),
        ("xy" * 64 + "z", "too_long"),
        ("a password\x00", "control_characters"),
        ("a pass\nword here", "control_characters"),
        ("password123", "common_password"),
        ("Password123", "common_password"),
        ("PASSWORD 123", "common_password"),
        ("1234567890", "common_password"),
        ("qwertyuiop", "common_password"),
        ("q-w-e-r-t-y-u-i-o-p", "common_password"),
        ("iloveyou123", "common_password"),
        ("aaaaaaaaaaaa", "common_password"),
        ("ｐａｓｓｗｏｒｄ１２３", "common_password"),
        ("kaizerchiefs", "common_password"),
        ("welcome2026", "common_password"),
    ],
)
def test_a_password_that_is_short_long_or_common_is_refused(password: str, code: str) -> None:
    with pytest.raises(FieldError) as refused:
        new_password(password)
    assert refused.value.code == code


@pytest.mark.parametrize("length", [10, 11, 127, 128])
def test_the_length_is_counted_after_normalisation(length: int) -> None:
    letters = "".join(chr(0x61 + number % 26) for number in range(length - 1))
    assert len(new_password(f"  {letters}e\u0301  ")) == length


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("café au lait", "cafe\u0301 au lait"),
        ("two\u00a0words here", "two words here"),
        ("two\u3000words here", "two words here"),
        ("two\u2003words here", "two words here"),
        (" at the ends ", "at the ends"),
        ("\u1e9b\u0323 and more", "\u1e9b\u0323 and more"),
        ("Å and others", "A\u030a and others"),
    ],
)
def test_spellings_of_one_password_are_equal(one: str, other: str) -> None:
    assert normal_password(one) == normal_password(other)


@pytest.mark.parametrize(("one", "other"), [("Case Matters", "case matters"), ("two  blanks", "two blanks")])
def test_case_and_inner_blanks_matter(one: str, other: str) -> None:
    assert normal_password(one) != normal_password(other)


@given(some.text(max_size=40))
def test_the_normal_form_is_stable(text: str) -> None:
    assert normal_password(normal_password(text)) == normal_password(text)


@pytest.mark.parametrize(
    "password",
    [
        "Zanele Nkosi",
        "zanelenkosi",
        "ZANELE-NKOSI",
        "0821234567",
        "082 123 4567",
        "+27 82 123 4567",
        "0027821234567",
        "27821234567",
        "+27 (0)82 123-4567",
        "zanele.nkosi.durban@example.org",
        "Zanele.Nkosi.Durban@Example.org",
        "zanele.nkosi.durban",
        "zanele nkosi durban",
    ],
)
def test_ones_own_name_phone_and_email_are_no_passwords(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_not_own(
            normal_password(password),
            names=["Zanele Nkosi"],
            phones=["+27821234567", None],
            emails=["zanele.nkosi.durban@example.org"],
        )
    assert refused.value.errors[0].code == "personal_password"


@pytest.mark.parametrize("password", ["0829999999", "Thandi Mkhize", "zanele.nkosi.durban2", "tap-roof-brick-sand"])
def test_what_is_not_ones_own_is_accepted(password: str) -> None:
    check_not_own(password, names=["Zanele Nkosi"], phones=["+27821234567"], emails=["zanele.nkosi.durban@example.org"])
    check_not_own(password, names=[None, ""], phones=[None], emails=[None, ""])
