"""Round trips: how often each route calls DynamoDB, the gate apart, in every case of the authorization matrix.

The matrix of the tests sets the scene for every route there is and knows who is let through; each of those calls is
made over moto and counted. `tests/integration/test_round_trips.py` holds the same budgets.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

from moto import mock_aws

from bench.report import Report
from khaya.platform.aws import cognito, media
from khaya.platform.base import clock
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo
from tests.integration.matrix import Row, rows
from tests.support import stand_in
from tests.support.template import routes

BUDGETS: dict[str, int] = {
    "POST /bids/{bidId}/acceptance": 3,  # the bid, then all that it names, then one transaction
    "POST /credits/transactions/{transactionId}/reversal": 3,  # the entry, then the account it belongs to
    "GET /jobs/{jobId}/bids": 2,  # a page with bids on it takes 1; an empty one asks whose job it is
    "GET /profiles/{userId}/resume": 2,  # the profile and the jobs
    "PUT /devices/{deviceId}": 3,  # 2 but where the push token is somebody else's, who is read to lose it
    "GET /notifications": 2,  # the page, and the person's language and count of what is unread, which must be fresh
    "GET /referrals/code": 2,  # 1 but for the first time, when the code is made
    "POST /reports/{id}/resolution": 3,  # the report, then what was reported
    "DELETE /sessions": 3,  # the gate is told, then each session is found and removed
    "GET /stories": 2,  # 1 for visitors; those who are signed in are told which stories they like
    "GET /stories/mine": 2,  # as above
    "POST /stories/{storyId}/moderation": 4,  # the story, then who may be owed a reward for it
}
"""The most calls that a route may make, where it is neither a read (1) nor a change of one thing (2)."""

ONE_READ = 1
CHANGE = 2
FROZEN = "2026-11-21T08:00:00.000Z"


def run() -> Report:
    """Count for every route."""
    report = Report(
        "round_trips",
        "Round trips: DynamoDB calls per route, the gate apart",
        ("route", "calls", "budget", "", "which"),
    )
    report.ran_on["moto"] = version("moto")
    with over_moto():
        most = {f"{method} {path}": list[str]() for method, path in sorted(routes(), key=lambda route: route[::-1])}
        for row in rows():
            most[row.route] = max(most[row.route], calls_of(row), key=len)
    for route, calls in most.items():
        budget = budget_of(route)
        report.add(route, len(calls), budget, report.hold(route, len(calls), budget), " ".join(calls))
    return report


def budget_of(route: str) -> int:
    """The most calls that a route may make."""
    if route in BUDGETS:
        return BUDGETS[route]
    return ONE_READ if route.startswith(("GET", "OPTIONS")) else CHANGE


def calls_of(row: Row) -> list[str]:
    """The calls of the busiest request that the row lets through; moto and a standing clock must be there."""
    most: list[str] = []
    method, resource = row.route.split(" ")
    scene = None
    for column in [column for column, status in row.expected.items() if status.startswith("2")]:
        if scene is None or method != "GET":
            stand_in.empty()
            scene = row.make_scene(row.route, row.case)
        person = scene.person(column)
        with counted() as calls:
            answer = person.call(method, path_of(resource, scene.path), scene.body, headers=scene.headers)
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"{row} answered {answer.status} to {column}: {answer.text}")
        most = max(most, calls, key=len)
    return most


@contextmanager
def counted() -> Iterator[list[str]]:
    """The names of the DynamoDB calls that are made meanwhile, the gate's left out."""
    calls: list[str] = []
    count = partial(_count, calls)
    events = dynamo.client().meta.events
    events.register("provide-client-params.dynamodb", count)
    try:
        yield calls
    finally:
        events.unregister("provide-client-params.dynamodb", count)


def _count(calls: list[str], params: dict[str, Any], model: Any, **_: Any) -> None:
    of_the_gate = params.get("TableName") == settings().users_table and "#endedSessions" in params.get(
        "ConditionExpression", ""
    )
    if not of_the_gate:
        calls.append(model.name)


def path_of(resource: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        resource = resource.replace(f"{{{name}}}", value)
    return resource.replace("{proxy+}", "anything")


@contextmanager
def over_moto() -> Iterator[None]:
    """moto with the template's tables, and the clock standing still as in the tests."""
    now, caches = clock.now, (dynamo.client, cognito._cognito, media._s3)  # noqa: SLF001 - made anew inside moto
    clock.now = lambda: FROZEN
    try:
        with mock_aws():
            stand_in.build()
            for cached in caches:
                cached.cache_clear()
            yield
    finally:
        clock.now = now
        for cached in caches:
            cached.cache_clear()
