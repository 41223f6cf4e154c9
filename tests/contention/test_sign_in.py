"""Sign-in under many hands at once: what is counted is counted exactly."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.contention.clients import Call, at_once
from tests.support.client import VISITOR
from tests.support.stand_in import stored

pytestmark = pytest.mark.usefixtures("engine")

PHONE = "+27821234567"
CODE = "123456"


def test_of_forty_requests_at_once_for_a_code_three_are_granted() -> None:
    # when many devices ask for one person's code at the same moment
    statuses = Counter(at_once([Call(VISITOR, "POST", "/auth/codes", {"username": PHONE})] * 40))
    # then three codes are on their way
    assert statuses == {200: 3, 429: 37}
    assert len([row for row in stored("challenges") if row["id"].startswith("challenge#")]) == 3


def test_of_forty_answers_at_once_three_are_looked_at() -> None:
    # given a code that went out
    challenge = _asked()
    # when as many wrong codes are tried at the same moment as there is time for
    tries = [{"challenge": challenge, "code": f"{number:06}"} for number in range(40)]
    statuses = set(at_once([Call(VISITOR, "POST", "/auth/tokens", body) for body in tries]))
    # then no more than three were compared, and none was right
    assert statuses <= {401, 429}
    (kept,) = [row for row in stored("challenges") if row["id"] == f"challenge#{challenge}"]
    assert 0 < kept["attempts"] <= 3


def test_of_forty_tries_at_once_five_are_let_through_each_minute() -> None:
    # when passwords are tried for one person at the same moment, which may lie in two minutes
    tries = [{"username": PHONE, "password": f"guess-number-{number}"} for number in range(40)]
    statuses = Counter(at_once([Call(VISITOR, "POST", "/auth/tokens", body) for body in tries]))
    # then five a minute get as far as Cognito
    minutes = [row for row in stored("challenges") if row["id"].startswith("rate#")]
    assert sum(count for status, count in statuses.items() if status != 429) == sum(row["counted"] for row in minutes)
    assert all(row["counted"] <= 5 for row in minutes)


def _asked() -> str:
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set
    from khaya.sign_in import delivery, store  # noqa: PLC0415
    from khaya.sign_in.model import Identity, challenged  # noqa: PLC0415

    challenge = challenged("signIn", Identity.of(PHONE), None, clock.now(), user_id="person-1", destination=PHONE)
    hashed: dict[str, Any] = {"code_hash": delivery.code_hash(challenge.id, CODE)}
    dynamo.commit([store.create(challenge.model_copy(update=hashed))], "the token of this write")
    return challenge.id
