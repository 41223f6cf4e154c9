"""Challenges, contacts, refresh tokens and ended sessions, without anything outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from khaya.platform.base import clock
from khaya.sessions import model as sessions
from khaya.sessions.model import RefreshToken
from khaya.sign_in.model import Identity, challenged, new_code, normal_email, normal_username
from khaya.users.model import ENDED_SECONDS, Endings

NOW = "2026-11-21T08:00:00.000Z"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("082 123 4567", "+27821234567"),
        ("+27 82 123-4567", "+27821234567"),
        ("Thandi.Nkosi+khaya@Example.CO.ZA", "thandi.nkosi+khaya@example.co.za"),
    ],
)
def test_usernames_have_one_form(written: str, normal: str) -> None:
    assert normal_username(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        *("", "thandi", "@example.org", "thandi@", "thandi@localhost", "a b@example.org", "a@b@example.org"),
        *("tħandi@example.org", "0121234567", "+0821234567", "٠٨٢١٢٣٤٥٦٧", "thandi@example..org", '"a"@example.org'),
        "a@example.org\nb",
    ],
)
def test_what_is_neither_phone_nor_email_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        normal_username(written)


@given(some.emails())
def test_emails_are_normal_once_and_for_all(written: str) -> None:
    try:
        normal = normal_email(written)
    except ValueError:
        return
    assert normal_email(normal) == normal


def test_codes_are_six_digits_and_differ() -> None:
    codes = {new_code() for _ in range(500)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 450


def test_a_challenge_is_not_to_be_guessed_and_ends_after_ten_minutes() -> None:
    one, two = (challenged("signIn", Identity.of("+27821234567"), None, NOW) for _ in range(2))
    assert one.id != two.id
    assert len(one.id) == 32
    assert one.channel == "sms"
    assert not one.is_over(clock.plus(NOW, minutes=9, seconds=59))
    assert one.is_over(clock.plus(NOW, minutes=10))


def test_a_refresh_token_is_read_as_it_was_issued() -> None:
    issued = RefreshToken.issued("session-1", "header.payload.signature")
    assert RefreshToken.read(issued.text) == issued
    assert RefreshToken.issued("session-1", "header.payload.signature").hash != issued.hash


@given(some.text(max_size=60))
def test_any_text_is_read_as_a_refresh_token_or_not_at_all(text: str) -> None:
    token = RefreshToken.read(text)
    assert token is None or token.text == text


def test_two_clients_that_refresh_at_once_both_go_on_and_later_only_the_faster() -> None:
    # given a session whose token two tabs use at the same moment
    first = RefreshToken.issued("session-1", "one")
    session = sessions.opened("session-1", "person-1", "phone", first, NOW)
    tab, other = RefreshToken.issued("session-1", "two"), RefreshToken.issued("session-1", "three")
    session = session.renewed(first, tab, NOW).renewed(first, other, NOW)
    assert session.accepts(tab, NOW)
    assert session.accepts(other, NOW)
    # when one of them refreshes again
    later = clock.plus(NOW, hours=1)
    session = session.renewed(tab, RefreshToken.issued("session-1", "four"), later)
    # then the others are no longer good
    assert not session.accepts(other, later)
    assert not session.accepts(first, later)


def test_ended_sessions_are_kept_while_their_tokens_may_live() -> None:
    endings = Endings().with_ended("one", 1000).with_ended("two", 1000 + ENDED_SECONDS)
    assert endings.ended_sessions == {"two"}
    assert endings.endings == 2
