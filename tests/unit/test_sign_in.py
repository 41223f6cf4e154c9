"""Rules of challenges, contacts, refresh tokens and ended sessions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from khaya.platform.base import clock
from khaya.sessions import model as sessions
from khaya.sessions.model import RefreshToken
from khaya.sign_in.model import ContactIdentity, new_challenge, new_code, normal_email, normal_username
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
    one, two = (new_challenge("signIn", ContactIdentity.of("+27821234567"), None, NOW) for _ in range(2))
    assert one.id != two.id
    assert len(one.id) == 32
    assert one.channel == "sms"
    assert not one.is_closed(clock.plus(NOW, minutes=9, seconds=59))
    assert one.is_closed(clock.plus(NOW, minutes=10))


def test_refresh_tokens_survive_a_round_trip() -> None:
    issued = RefreshToken("session-1", 12, "c2VhbGVk+/==")
    assert RefreshToken.read(issued.text) == issued


@given(some.text(max_size=60))
def test_arbitrary_text_is_a_refresh_token_or_none(text: str) -> None:
    token = RefreshToken.read(text)
    assert token is None or RefreshToken.read(token.text) == token


@given(
    some.lists(some.tuples(some.integers(1, 40), some.sampled_from([0, 1, 30, 60, 61, 3600])), max_size=60),
)
def test_a_session_judges_each_generation_by_its_first_use(uses: list[tuple[int, int]]) -> None:
    # given refreshes with any generations that were issued, with pauses between them
    now, session = NOW, sessions.new_session("session-1", "person-1", "phone", "sealed", NOW)
    first_use: dict[int, str] = {}
    dropped: set[int] = set()
    for generation, seconds in uses:
        now = clock.plus(now, seconds=seconds)
        if generation > session.latest:
            assert session.verdict(generation, now) == "refused"
            continue
        # then a token is refused if it was dropped, good until a minute after its first use, and then a copy
        again = generation in first_use and clock.seconds_between(first_use[generation], now) > 60
        expected = "refused" if generation in dropped else "copied" if again else "good"
        assert session.verdict(generation, now) == expected
        if expected == "good":
            first_use.setdefault(generation, now)
            session = session.renewed(generation, "sealed", now)
            unused = [one for one in range(1, session.latest + 1) if one not in first_use and one not in dropped]
            dropped.update(unused[:-10])
            assert session.live == unused[-10:]


def test_ended_sessions_are_kept_until_their_tokens_expire() -> None:
    ended = EndedSessions().with_ended("one", 1000).with_ended("two", 1000 + ENDED_SECONDS)
    assert ended.ended_sessions == {"two"}
    assert ended.ended_version == 2
