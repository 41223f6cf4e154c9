"""Rules of challenges, contacts, refresh tokens and ended sessions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from khaya.platform.base import clock
from khaya.sessions import model as sessions
from khaya.sessions.model import RefreshToken
from khaya.sign_in.model import Identity, new_challenge, new_code, normal_email, normal_username
from khaya.users.model import ENDED_SECONDS, EndedSessions

NOW = "2026-11-21T08:00:00.000Z"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("082 123 4567", "+27821234567"),
        ("+27 82 123-4567", "+27821234567"),
        ("Thandi.Nkosi+khaya@Example.CO.ZA", "thandi.nkosi+khaya@example.co.za"),
    ],
)
def test_usernames_are_normalised(written: str, normal: str) -> None:
    assert normal_username(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        *("", "thandi", "@example.org", "thandi@", "thandi@localhost", "a b@example.org", "a@b@example.org"),
        *("tħandi@example.org", "0121234567", "+0821234567", "٠٣١٢١٢٣٤٥٦", "thandi@example..org", '"a"@example.org'),
        "a@example.org\nb",
    ],
)
def test_usernames_that_are_neither_phone_nor_email_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        normal_username(written)


@given(some.emails())
def test_normalising_an_email_is_idempotent(written: str) -> None:
    try:
        normal = normal_email(written)
    except ValueError:
        return
    assert normal_email(normal) == normal


def test_codes_have_six_digits_and_vary() -> None:
    codes = {new_code() for _ in range(500)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 450


def test_challenges_have_random_ids_and_expire_after_ten_minutes() -> None:
    one, two = (new_challenge("signIn", Identity.of("+27821234567"), None, NOW) for _ in range(2))
    assert one.id != two.id
    assert len(one.id) == 32
    assert one.channel == "sms"
    assert not one.is_closed(clock.plus(NOW, minutes=9, seconds=59))
    assert one.is_closed(clock.plus(NOW, minutes=10))


def test_refresh_tokens_survive_a_round_trip() -> None:
    issued = RefreshToken.issued("session-1", "header.payload.signature")
    assert RefreshToken.read(issued.text) == issued
    assert RefreshToken.issued("session-1", "header.payload.signature").hash != issued.hash


@given(some.text(max_size=60))
def test_arbitrary_text_is_a_refresh_token_or_none(text: str) -> None:
    token = RefreshToken.read(text)
    assert token is None or token.text == text


def test_given_two_concurrent_refreshes_then_both_tokens_work_until_the_next_refresh() -> None:
    # given a session whose refresh token two tabs use at the same time
    first = RefreshToken.issued("session-1", "one")
    session = sessions.new_session("session-1", "person-1", "phone", first, NOW)
    tab, other = RefreshToken.issued("session-1", "two"), RefreshToken.issued("session-1", "three")
    session = session.renewed(first, tab, NOW).renewed(first, other, NOW)
    assert session.accepts(tab, NOW)
    assert session.accepts(other, NOW)
    # when one of them refreshes again
    later = clock.plus(NOW, hours=1)
    session = session.renewed(tab, RefreshToken.issued("session-1", "four"), later)
    # then the other tokens are no longer valid
    assert not session.accepts(other, later)
    assert not session.accepts(first, later)


def test_ended_sessions_are_kept_until_their_tokens_expire() -> None:
    ended = EndedSessions().with_ended("one", 1000).with_ended("two", 1000 + ENDED_SECONDS)
    assert ended.ended_sessions == {"two"}
    assert ended.ended_version == 2
