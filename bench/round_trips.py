"""Round trips: DynamoDB calls of each route, without the account guard's, in every case of the authorization matrix.

The matrix of the tests has a scene and the allowed callers for every route. Each allowed request runs on moto and its
calls are counted. `tests/integration/test_round_trips.py` checks the same budgets.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

from moto import mock_aws

from bench.report import Report
from khaya.platform.aws import clients
from khaya.platform.base import clock
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo
from tests.integration.matrix import Row, rows
from tests.support import stand_in
from tests.support.template import routes

BUDGETS: dict[str, int] = {
    "GET /s/{kind}/{id}": 2,  # 1; an invitation reads the code, then its person
    "GET /me/actions": 4,  # jobs as buyer and as worker, reviews, listings; in parallel
    "GET /admin/queues": 2,  # the counts that are kept, and the stuck jobs; in parallel
    "GET /jobs": 2,  # the page, and the reputation of its buyers
    "GET /admin/jobs": 2,  # as above
    "GET /jobs/mine": 2,  # as above, with what the caller has reviewed
    "GET /jobs/{jobId}": 2,  # the job, and its buyer's reputation
    **dict.fromkeys(  # the job, its buyer's reputation, then the transaction
        (
            "PATCH /jobs/{jobId}",
            *(f"POST /jobs/{{jobId}}/{change}" for change in ("start", "submission", "completion", "changes")),
            *(f"POST /jobs/{{jobId}}/{end}" for end in ("cancellation", "closing")),
        ),
        3,
    ),
    "GET /bids/mine": 2,  # the page, and the status of its jobs
    "GET /bids/{bidId}": 2,  # the bid; for the owner also its job and worker
    "POST /bids/{bidId}/rejection": 3,  # the bid, its job and worker, then the change
    "POST /bids/{bidId}/acceptance": 3,  # the bid, then its job and parties, then one transaction
    "POST /credits/adjustments/{proposalId}/approval": 3,  # the proposal, then account and entry, then the transaction
    "POST /credits/transactions/{transactionId}/reversal": 3,  # the entry, then its account, then the transaction
    "POST /admin/payouts/{payoutId}/decision": 3,  # the payout, then its job or its entry, then the transaction
    "POST /jobs/{jobId}/escrow/checkouts": 3,  # job, escrow and person, then the latest checkout, then the transaction
    "POST /admin/payments/refunds/{refundId}/decision": 5,  # refund, job, escrow, its account, then the transaction
    "PUT /jobs/{jobId}/escrow/refund-account": 4,  # job and refund, the buyer's refunds in case of suspense, the banks
    "GET /jobs/{jobId}/bids": 2,  # the page, and for the owner its job and workers; an empty page reads the job
    "GET /profiles/{userId}/resume": 2,  # the profile and the jobs
    "PUT /devices/{deviceId}": 3,  # 2, unless the push token belongs to another person
    "GET /notifications": 2,  # the page, and the person's language and unread count
    "GET /referrals/code": 2,  # 1, except when the code is created
    "PUT /auth/password": 4,  # the contacts, the end of the other sessions, then the query and deletion of their records
    "POST /reports/{id}/resolution": 3,  # the report, then the reported object
    "DELETE /profiles/me": 6,  # the person, open payouts, refunds and chargebacks, card payments, then the transaction
    "DELETE /sessions": 3,  # the account guard's record, then the query and deletion of sessions
    "GET /stories": 2,  # 1 for visitors; signed-in callers get their likes
    "GET /stories/mine": 2,  # as above
    "POST /stories/{storyId}/moderation": 3,  # the story, then the moderator's like of it
    "GET /enquiries/mine": 2,  # the page, and its listings and buyers
    **dict.fromkeys(  # the enquiry, its listing and buyer, then the transaction
        ("POST /enquiries/{id}/answer", "POST /enquiries/{id}/closing"), 3
    ),
    "GET /payments/mine": 3,  # payments, refunds, and the escrows and suspense behind them
    "GET /payments/statement.csv": 3,  # the same for each fifty
    "GET /payments/{paymentId}/receipt": 5,  # the payment, its person and escrow, then the number of an invoice
    "GET /earnings/{earningId}/invoice": 4,  # the payout, the person, then the number and the transaction that gives it
    "GET /admin/payments/chargebacks/{chargebackId}/evidence": 3,  # the chargeback, job and escrow, the bid
    "POST /admin/payments/chargebacks/{chargebackId}/response": 5,  # the same, then the chargeback and the transaction
    "GET /referrals/waiting": 2,  # the page, and the names of its people
    "POST /referrals/{rewardId}/decision": 4,  # the reward, then its people, then the transaction; then names
}
"""Maximum calls of routes that need more than a read (1) or a change of one item (2)."""

READ_BUDGET = 1
CHANGE_BUDGET = 2
NOW = "2026-11-21T08:00:00.000Z"


def run() -> Report:
    """Count the calls of every route."""
    report = Report(
        "round_trips",
        "Round trips: DynamoDB calls per route, without the account guard's",
        ("route", "calls", "budget", "", "which"),
    )
    report.ran_on["moto"] = version("moto")
    with over_moto():
        most = {f"{method} {path}": list[str]() for method, path in sorted(routes(), key=lambda route: route[::-1])}
        for row in rows():
            most[row.route] = max(most[row.route], calls_of(row), key=len)
    for route, calls in most.items():
        budget = budget_of(route)
        report.add(route, len(calls), budget, report.check(route, len(calls), budget), " ".join(calls))
    return report


def budget_of(route: str) -> int:
    """The maximum number of calls of a route."""
    if route in BUDGETS:
        return BUDGETS[route]
    return READ_BUDGET if route.startswith(("GET", "OPTIONS")) else CHANGE_BUDGET


def calls_of(row: Row) -> list[str]:
    """The calls of the request with the most calls that the row allows. Needs moto and a stopped clock."""
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
    """Records the names of the DynamoDB calls in the block, without the account guard's."""
    calls: list[str] = []
    count = partial(_count, calls)
    events = dynamo.client().meta.events
    events.register("provide-client-params.dynamodb", count)
    try:
        yield calls
    finally:
        events.unregister("provide-client-params.dynamodb", count)


def _count(calls: list[str], params: dict[str, Any], model: Any, **_: Any) -> None:
    of_account_guard = params.get("TableName") == settings().users_table and "#endedSessions" in (
        params.get("ConditionExpression", "") + params.get("ProjectionExpression", "")
    )
    if not of_account_guard:
        calls.append(model.name)


def path_of(resource: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        resource = resource.replace(f"{{{name}}}", value)
    return resource.replace("{proxy+}", "anything")


@contextmanager
def over_moto() -> Iterator[None]:
    """Run moto with the template's tables and a stopped clock, as in the tests."""
    now = clock.now
    clock.now = lambda: NOW
    try:
        with mock_aws():
            stand_in.build()
            clients.clear()
            yield
    finally:
        clock.now = now
        clients.clear()
