"""Handlers that run again after a lost race: calls outside of DynamoDB are made once.

There is no exception. The routes of sign-in with a correct code or password are in `sign_in/test_handlers_run_again.py`.
"""

from __future__ import annotations

import pytest

from tests.integration.matrix import Row, permitted_calls, url
from tests.support.lost_races import LostRace

pytestmark = pytest.mark.exhaustive

CALLS = [pytest.param(row, column, id=row.route) for row, column in permitted_calls()]


@pytest.mark.parametrize(("row", "column"), CALLS)
def test_given_a_lost_race_when_the_handler_runs_again_then_no_call_outside_of_dynamodb_is_repeated(
    row: Row, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a request that succeeds
    scene = row.scene()
    method = row.route.split(" ")[0]
    race = LostRace(monkeypatch)
    # when its first commit meets somebody else's write
    answer = scene.person(column).call(method, url(row.route, scene), scene.body, headers=scene.headers)
    # then the handler ran twice, and made each call with an effect once
    assert answer.status < 300, answer.text
    race.check()
