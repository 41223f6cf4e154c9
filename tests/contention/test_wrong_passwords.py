"""Concurrent guesses of a password: no more are compared than may be without a delay."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from time import sleep

import pytest

from khaya.platform.aws.cognito import Origin
from khaya.platform.base import clock
from khaya.platform.base.errors import TooMany, Unavailable, WriteConflict
from khaya.wrong_passwords import service as wrong_passwords
from khaya.wrong_passwords.model import IDENTITY_RULE, NETWORK_BUCKET
from tests.contention.clients import in_threads

pytestmark = pytest.mark.usefixtures("engine")

PHONE = "+27821234567"
HERE, ELSEWHERE = Origin("203.0.113.7", "A phone"), Origin("198.51.100.1", "A phone")


def guess(origin: Origin, given: str = "wrong", person: str = PHONE) -> str:
    """What a guess gets, as the pipeline makes it: again after a lost race."""
    while True:
        try:
            found = wrong_passwords.guess(person, origin, clock.now(), lambda: "right" if given == "right" else None)
        except TooMany:
            return "slowed"
        except WriteConflict:
            continue
        return found or "wrong"


def test_of_forty_eight_concurrent_wrong_guesses_only_the_free_ones_are_compared() -> None:
    # when many clients of one address guess at once, and the owner signs in from another address
    results = in_threads([*[lambda: guess(HERE)] * 48, lambda: guess(ELSEWHERE, "right")])
    # then the owner is not slowed, and neither more nor fewer guesses are compared than are free
    assert results.pop() == "right"
    assert Counter(results) == {"wrong": IDENTITY_RULE.free, "slowed": 48 - IDENTITY_RULE.free}
    assert guess(HERE, "right") == "slowed"
    assert guess(ELSEWHERE, "right") == "right"


def test_overlapping_right_passwords_count_as_no_wrong_ones() -> None:
    # when pairs of clients behind one address send right passwords at the same moment, for one person or for several
    for number in range(15):
        people = [PHONE, PHONE] if number % 2 else [f"first {number}", f"second {number}"]
        calls = [lambda person=person: guess(HERE, "right", person) for person in people]
        assert in_threads(calls) == ["right", "right"]
    # then nothing is left of them: as many wrong ones are free as ever
    results = [guess(HERE) for _ in range(IDENTITY_RULE.free + 1)]
    assert results == [*["wrong"] * IDENTITY_RULE.free, "slowed"]
    assert [guess(HERE, "wrong", f"new {number}") for number in range(NETWORK_BUCKET.size)].count("slowed") <= 1


@pytest.mark.parametrize("wrong", range(IDENTITY_RULE.free))
def test_overlapping_right_passwords_all_succeed_also_after_wrong_ones(wrong: int) -> None:
    # given a person who mistyped their password as often as is free
    assert [guess(HERE) for _ in range(wrong)] == ["wrong"] * wrong

    # when four clients send the right one at one moment, while Cognito takes its time
    def slow() -> str:
        sleep(0.1)
        return "right"

    results = in_threads([lambda: wrong_passwords.guess(PHONE, HERE, clock.now(), slow)] * 4)
    # then all succeed
    assert results == ["right"] * 4


def test_failures_of_ours_that_overlap_are_all_taken_back() -> None:
    # given guesses of which every other one fails at Cognito
    def fails() -> str:
        with suppress(Unavailable, TooMany):
            wrong_passwords.guess(PHONE, HERE, clock.now(), down)
        return "failed"

    def down() -> None:
        raise Unavailable

    for _ in range(5):
        in_threads([fails] * 2)
    # then all free guesses are left
    assert [guess(HERE) for _ in range(IDENTITY_RULE.free + 1)][:-1] == ["wrong"] * IDENTITY_RULE.free
