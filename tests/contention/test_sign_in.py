"""Concurrent sign-in requests: limits are exact."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from khaya.platform.base import clock
from khaya.platform.data import dynamo
from khaya.sign_in import delivery, store
from khaya.sign_in.model import ContactIdentity, new_challenge
from tests.contention.clients import Call, at_once
from tests.support.client import VISITOR
from tests.support.stand_in import stored

pytestmark = pytest.mark.usefixtures("engine")

PHONE = "+27821234567"
CODE = "123456"


def test_three_of_forty_concurrent_code_requests_are_granted() -> None:
    # when many devices request a code for one person concurrently
    statuses = Counter(at_once([Call(VISITOR, "POST", "/auth/codes", {"username": PHONE})] * 40))
    # then three codes are sent
    assert statuses == {200: 3, 429: 37}
    assert len([row for row in stored("challenges") if row["id"].startswith("challenge#")]) == 3


def test_three_of_forty_concurrent_code_attempts_are_checked() -> None:
    # given a sent code
    challenge = _asked()
    # when forty wrong codes are submitted concurrently
    tries = [{"challenge": challenge, "code": f"{number:06}"} for number in range(40)]
    statuses = set(at_once([Call(VISITOR, "POST", "/auth/tokens", body) for body in tries]))
    # then three are checked, and none is accepted
    assert statuses <= {401, 429}
    (kept,) = [row for row in stored("challenges") if row["id"] == f"challenge#{challenge}"]
    assert 0 < kept["attempts"] <= 3


def test_of_forty_concurrent_password_attempts_three_reach_cognito_before_the_delay() -> None:
    # when passwords are tried for one person concurrently, in at most two minutes
    tries = [{"username": PHONE, "password": f"guess-number-{number}"} for number in range(40)]
    statuses = Counter(at_once([Call(VISITOR, "POST", "/auth/tokens", body) for body in tries]))
    # then five per minute are counted, and of those the three before the delay reach Cognito
    minutes = [row for row in stored("challenges") if row["id"].startswith("rate#")]
    reached = sum(count for status, count in statuses.items() if status != 429)
    assert 3 <= reached <= sum(row["counted"] for row in minutes)
    assert all(row["counted"] <= 5 for row in minutes)


def _asked() -> str:

    challenge = new_challenge(
        "signIn", ContactIdentity.of(PHONE), None, clock.now(), user_id="person-1", destination=PHONE
    )
    hashed: dict[str, Any] = {"code_hash": delivery.code_hash(challenge.id, CODE)}
    dynamo.commit([store.create(challenge.model_copy(update=hashed))], "the token of this write")
    return challenge.id
