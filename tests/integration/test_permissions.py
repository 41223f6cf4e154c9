"""Roles allow what their functions do, and nothing else: each permission is used by what happens here, or has a reason.

That nothing is done without permission is held by the fixture `permitted`, in every test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.house import VISITOR, Context, Person, app
from tests.support.permissions import Record, allowed
from tests.support.records import OFFER, accept, place_bid, post_job, profile
from tests.support.streams import follow
from tests.support.template import FUNCTION, function_environment, resources

OWNER = Person("owner", ("buyer",))
WORKER = Person("worker", ("worker",))
KEY = {"Idempotency-Key": "key-1"}

NOT_CALLED = {
    "logs:CreateLogStream": "Lambda writes the function's log",
    "logs:PutLogEvents": "Lambda writes the function's log",
    "xray:PutTraceSegments": "Lambda writes the function's traces",
    "xray:PutTelemetryRecords": "Lambda writes the function's traces",
    "sqs:ReceiveMessage": "Lambda reads the function's queue",
    "sqs:DeleteMessage": "Lambda reads the function's queue",
    "sqs:GetQueueAttributes": "Lambda reads the function's queue",
    "dynamodb:DescribeStream": "Lambda reads the function's streams",
    "dynamodb:GetRecords": "Lambda reads the function's streams",
    "dynamodb:GetShardIterator": "Lambda reads the function's streams",
    "s3:GetObject": "links are signed without a call, and work by this right of the signer",
}
"""Actions that no code of ours calls."""

SHARED = {
    ("profiles", "IdempotencyTable"): "the policy of all functions behind the API; this one has no POST so far",
    ("relay", "RelayDeadLetters"): "Lambda itself sends there what it could not deliver",
}
"""Permissions on a resource that a function has and does not use."""

WITHOUT_RESOURCE = {
    "xray:PutTraceSegments": "X-Ray has no resources to name",
    "xray:PutTelemetryRecords": "X-Ray has no resources to name",
    "sns:Publish": "a text message goes to a number, which is no resource",
}
"""Actions that cannot be held to a resource."""


def profiles() -> None:
    person, admin = Person("person", ("worker",)), Person("admin", ("admin",))
    stand_in.pool_with(person)
    profile("person", roles=["worker"], trades=["plumbing"], location="Durban")
    profile("admin", roles=["admin"])
    job = post_job(OWNER)
    accept(OWNER, place_bid(person, job))
    OWNER.post(f"/jobs/{job}/completion")
    person.get("/profiles/me")
    person.patch("/profiles/me", {"trades": ["painting"], "displayName": "Somebody else"})
    person.put("/profiles/me/roles", {"roles": ["buyer"]})
    admin.put("/profiles/person/verification", {"verified": True})
    VISITOR.get("/profiles/person")
    VISITOR.get("/profiles/person/resume")
    VISITOR.get("/profiles")
    VISITOR.get("/profiles", query={"location": "durban"})
    leave(WORKER)


def leave(person: Person) -> None:
    """Somebody asks for their data, renames themselves and leaves."""
    profile(person.user_id or "", roles=["worker"])
    person.post("/profiles/me/export")
    person.get("/profiles/me/export")
    person.patch("/profiles/me", {"displayName": "Somebody who leaves"})
    person.delete("/profiles/me")


def posted() -> None:
    OWNER.post("/jobs", {"title": "x"}, headers=KEY)
    job = post_job(OWNER)
    OWNER.post("/jobs/nowhere/cancellation", {"reason": "Nothing."}, headers=KEY)
    for query in ({}, {"category": "plumbing"}, {"location": "durban"}, {"category": "plumbing", "location": "durban"}):
        for _ in range(40):  # the unfiltered feed has replicas, of which a read takes any one
            VISITOR.get("/jobs", query=query)
    VISITOR.get("/jobs", query={"q": "leaking tap"})
    follow()
    VISITOR.get("/jobs", query={"q": "leaking tap"})
    for query in ({"category": "plumbing"}, {"location": "durban"}, {"category": "plumbing", "location": "durban"}):
        VISITOR.get("/jobs", query={"q": "leaking tap", **query})
    for side in ("buyer", "worker"):
        OWNER.get("/jobs/mine", query={"as": side})
        OWNER.get("/jobs/mine", query={"as": side, "status": "open"})
    WORKER.get(f"/jobs/{job}")
    OWNER.post("/jobs", {"title": "Fix a tap", "description": "It drips. " * 3, "category": "other", "budgetCents": 5000, "location": "Durban"}, headers=KEY)  # fmt: skip
    accept(OWNER, place_bid(WORKER, job))
    WORKER.post(f"/jobs/{job}/start")
    WORKER.post(f"/jobs/{job}/submission", {})
    OWNER.post(f"/jobs/{job}/completion", headers={"Idempotency-Key": "key-2"})


def bids() -> None:
    job, other = post_job(OWNER), post_job(OWNER)
    rival = Person("rival", ("worker", "buyer"))
    bid, second = place_bid(WORKER, job), place_bid(rival, job)
    third = place_bid(WORKER, other)
    for sort in ("amount", "createdAt"):
        OWNER.get(f"/jobs/{job}/bids", query={"sort": sort})
        WORKER.get(f"/jobs/{job}/bids", query={"sort": sort})
    Person("buyer", ("buyer",)).get(f"/jobs/{post_job(OWNER)}/bids")
    WORKER.get("/bids/mine")
    WORKER.get("/bids/mine", query={"status": "pending"})
    WORKER.get(f"/bids/{bid}")
    WORKER.post(f"/bids/{third}/withdrawal", headers=KEY)
    WORKER.post(f"/bids/{third}/withdrawal", headers=KEY)
    OWNER.post(f"/bids/{second}/rejection", headers=KEY)
    WORKER.post(f"/jobs/{other}/bids", OFFER, headers={"Idempotency-Key": "key-2"})
    accept(OWNER, bid)


def left_open() -> None:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    place_bid(Person("rival", ("worker",)), job)
    OWNER.patch(f"/jobs/{job}", {"title": "Fix two leaking taps"})
    follow()
    accept(OWNER, bid)
    OWNER.post(f"/jobs/{job}/completion")
    stand_in.client("dynamodb").update_item(  # as a payment out of escrow leaves it
        TableName=function_environment()["JOBS_TABLE"],
        Key={"id": {"S": job}},
        UpdateExpression="SET releasedAt = :now",
        ExpressionAttributeValues={":now": {"S": "2026-11-21T08:00:00.000Z"}},
    )
    leave(Person("leaver", ("worker",)))
    follow()


def signed_in() -> None:
    for groups in (["worker"], ["worker", "admin"]):
        request = {
            "userAttributes": {"sub": "person", "phone_number": "+27821234567", "name": "Sipho"},
            "groupConfiguration": {"groupsToOverride": groups},
        }
        event = {"triggerSource": "TokenGeneration_Authentication", "request": request, "response": {}}
        app("tokens").handler(event, Context())


def platform() -> None:
    VISITOR.get("/health")
    Person("admin", ("admin",)).get("/health")


FLOWS: dict[str, Callable[[], None]] = {
    "platform": platform,
    "profiles": profiles,
    "jobs": posted,
    "bids": bids,
    "relay": left_open,
    "rejections": left_open,
    "tokens": signed_in,
}


@pytest.mark.parametrize("folder", FLOWS)
def test_a_function_uses_every_permission_that_it_has(permitted: Record, folder: str) -> None:
    # when all that a function is for has happened
    FLOWS[folder]()
    # then there is nothing that its role allows and it did not do
    unused = permitted.unused(folder)
    left = {call for call in unused if call[0] not in NOT_CALLED and (folder, call[1]) not in SHARED}
    assert left == set(), "allowed, but never called"


def test_expiry_uses_every_permission_that_it_has(permitted: Record, clock: Clock) -> None:
    post_job(OWNER)
    clock.tick(days=30)
    app("expiry").handler({}, Context())
    assert {call for call in permitted.unused("expiry") if call[0] not in NOT_CALLED} == set()


def test_what_is_not_called_is_called_nowhere(permitted: Record) -> None:
    for flow in FLOWS.values():
        stand_in.empty()
        flow()
    called = {action for calls in permitted.calls.values() for action, _ in calls}
    assert called & {*NOT_CALLED} <= {"s3:GetObject"}


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_no_function_may_do_anything_to_all_of_a_kind(logical: str) -> None:
    folder = resources(FUNCTION)[logical]["CodeUri"].strip("/").split("/")[-1]
    for action, resource in allowed(folder):
        assert "*" not in action, f"{folder}: {action}"
        assert resource != "*" or action in WITHOUT_RESOURCE, f"{folder}: {action} on everything"
