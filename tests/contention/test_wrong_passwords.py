"""Concurrent guesses of a password: no more are compared than may be without a delay."""

from __future__ import annotations

from collections import Counter

import pytest

from khaya.platform.aws.cognito import Origin
from khaya.platform.base import clock
from khaya.platform.base.errors import TooMany, WriteConflict
from khaya.sign_in import limits
from khaya.sign_in.limits import DEVICE_RULE
from tests.contention.clients import in_threads

pytestmark = pytest.mark.usefixtures("engine")

PHONE = "+27821234567"
HERE, ELSEWHERE = Origin("203.0.113.7", "A phone"), Origin("198.51.100.1", "A phone")


def guess(origin: Origin, given: str = "wrong") -> str:
    """What a guess gets, as the pipeline makes it: again after a lost race."""
    while True:
        try:
            found = limits.guess(PHONE, origin, clock.now(), lambda: "right" if given == "right" else None)
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
    assert Counter(results) == {"wrong": DEVICE_RULE.free, "slowed": 48 - DEVICE_RULE.free}
    assert guess(HERE, "right") == "slowed"
    assert guess(ELSEWHERE, "right") == "right"
