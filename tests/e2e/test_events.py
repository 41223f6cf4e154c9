"""The consumers of a change, on the local engine: audit, statistics, event bus and schedules, and their delays."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from local import providers
from local.progress import say
from local.stand_in import session
from tests.e2e.test_job_to_completion import OFFER, POSTING
from tests.support.marketplace import Marketplace, eventually
from tests.support.template import ROOT

SOON = 5.0
"""Seconds until the owner is notified of a bid, on a busy machine; one or two on an idle one."""


@pytest.fixture
def account(marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """The stand-in's AWS account."""
    return session(marketplace.port)


@pytest.fixture
def subscriber(account: boto3.Session) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A queue behind a rule on the event bus; returns the events that it got."""
    sqs, events = account.client("sqs"), account.client("events")
    url = sqs.create_queue(QueueName="e2e-subscriber")["QueueUrl"]
    bus, rule = "khaya-local", "e2e-subscriber"
    events.put_rule(EventBusName=bus, Name=rule, EventPattern=json.dumps({"detail-type": ["job.posted"]}))
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_targets(EventBusName=bus, Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])

    def got() -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["detail"] for message in found]

    yield got
    events.remove_targets(EventBusName=bus, Rule=rule, Ids=["queue"])
    events.delete_rule(EventBusName=bus, Name=rule)
    sqs.delete_queue(QueueUrl=url)


def post(marketplace: Marketplace, title: str) -> str:
    posted = marketplace.call("POST", "/jobs", {**POSTING, "title": title}, token=marketplace.token("buyer"))
    assert posted.status_code == 201
    job: str = posted.json()["id"]
    return job


def test_a_posted_job_reaches_audit_statistics_and_event_bus(
    marketplace: Marketplace, account: boto3.Session, subscriber: Callable[[], list[dict[str, Any]]]
) -> None:
    admin = marketplace.token("admin")

    def open_jobs() -> int:
        number: int = marketplace.call("GET", "/admin/statistics", token=admin).json()["jobs"]["open"]
        return number

    # given an unreadable message in the queue of records
    records = account.client("sqs").get_queue_url(QueueName="khaya-records-local")["QueueUrl"]
    account.client("sqs").send_message(QueueUrl=records, MessageBody="poison")
    before = open_jobs()
    # when a job is posted
    job = post(marketplace, "Mend the garden wall")
    # then the event is audited all the same
    found: list[dict[str, Any]] = []

    def noted() -> bool:
        page = marketplace.call("GET", "/admin/audit", params={"object": f"jobs/{job}"}, token=admin).json()
        found[:] = page["items"]
        return bool(found)

    assert eventually(noted)
    assert (found[0]["action"], found[0]["actorId"]) == ("job.posted", marketplace.people("buyer")[0]["userId"])
    # and it is counted and published
    assert eventually(lambda: open_jobs() == before + 1)
    received: list[dict[str, Any]] = []
    assert eventually(lambda: bool(received.extend(subscriber()) or [one for one in received if job in one["object"]]))


def test_a_bid_reaches_the_owners_inbox_and_outbox_within_seconds(marketplace: Marketplace) -> None:
    # given a job, and functions that have handled a bid before
    buyer = marketplace.token("buyer")
    marketplace.call(
        "POST", f"/jobs/{post(marketplace, 'Sweep the yard')}/bids", OFFER, token=marketplace.token("worker")
    )
    assert eventually(lambda: any("Sweep the yard" in one.text for one in providers.sent(marketplace.port)))
    title = "Whitewash the kitchen"
    job = post(marketplace, title)
    # when a worker bids
    began = time.monotonic()
    marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=marketplace.token("worker"))
    # then it is in the inbox and in the outbox
    inbox = lambda: marketplace.call("GET", "/notifications", token=buyer).json()["items"]  # noqa: E731
    assert eventually(lambda: any(title in one["text"] for one in inbox()))
    in_inbox = time.monotonic() - began
    assert eventually(lambda: any(title in one.text for one in providers.sent(marketplace.port)))
    in_outbox = time.monotonic() - began
    say(f"a bid: in the inbox after {in_inbox:.1f} s, in the outbox after {in_outbox:.1f} s")
    assert in_outbox < SOON


def test_a_due_reminder_is_sent_by_the_schedule(marketplace: Marketplace) -> None:
    # given a reminder that is due in a moment
    buyer = marketplace.token("buyer")
    soon = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 20))
    made = marketplace.call("POST", "/reminders", {"text": "Buy the e2e paint", "dueAt": soon}, token=buyer)
    assert made.status_code == 201
    time.sleep(20.5)
    # when the schedule runs
    ran = subprocess.run(
        ["make", "task", "NAME=due-items-minutes"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # then it is in the inbox
    inbox = lambda: marketplace.call("GET", "/notifications", token=buyer).json()["items"]  # noqa: E731
    assert eventually(lambda: any("Buy the e2e paint" in one["text"] for one in inbox()))
