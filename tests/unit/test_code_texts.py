"""Messages with a code: their languages, and the line that a browser reads."""

from __future__ import annotations

import pytest

from khaya.channels.segments import parts
from khaya.notifications.choices import LANGUAGES, Language
from khaya.sign_in.texts import code_subject, code_text, text_message

APP = "https://app.khaya.example"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_ends_with_the_host_and_the_code_within_one_part(language: Language) -> None:
    text = text_message("123456", language, APP)
    assert text.splitlines()[-1] == "@app.khaya.example #123456"
    assert len(text) <= 160
    assert parts(text) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_is_left_out_where_the_message_would_have_two_parts(language: Language) -> None:
    assert text_message("123456", language, f"https://{'a' * 80}.example") == code_text("123456", language)
    assert parts(code_text("123456", language)) == 1


def test_each_language_has_its_own_words() -> None:
    assert len({code_text("123456", language) for language in LANGUAGES}) == len(LANGUAGES)
    assert len({code_subject(language) for language in LANGUAGES}) == len(LANGUAGES)
    assert all(code_text("123456", language).startswith("123456 ") for language in LANGUAGES)


def test_a_port_is_no_part_of_the_host() -> None:
    assert text_message("123456", "en", "http://localhost:8080").endswith("@localhost #123456")
