"""Events become notifications in inboxes: once each, with failures, repeats and any order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from khaya.events.catalogue import KINDS
from khaya.events.model import Event
from khaya.notifications import store
from khaya.platform.base.ids import derived_id
from khaya.platform.base.models import item_of
from tests.conftest import Clock
from tests.support import stand_in, streams
from tests.support.client import Context, Person, app
from tests.support.events import batch
from tests.support.faults import FAULTS, Fault, Faulty, faulty
from tests.support.money import adjust, grant, payout_account, refer, released_job, withdraw
from tests.support.payments import settle_withdrawal
from tests.support.records import accept, known, list_materials, place_bid, post_job, profile, version_of
from tests.support.stories import submit_story
from tests.support.streams import follow
from tests.support.template import function_environment

OWNER = Person("owner", ("buyer",))
WORKER = Person("worker", ("worker",))
RIVAL = Person("rival", ("worker",))
ADMIN = Person("admin", ("admin",))
CHANNELS = ("whatsapp", "email")
"""The queues for a person without preferences and devices."""
MAX_CALLS = 20


def kinds(person: Person) -> list[str]:
    """The kinds in an inbox, oldest first; all must be unread."""
    answer = person.get("/notifications", query={"limit": "50"})
    assert answer.status == 200, answer.text
    assert answer.body["unreadCount"] == len(answer.body["items"])
    return [item["kind"] for item in answer.body["items"]][::-1]


def event(
    kind: str, fields: dict[str, Any], *, object_: str, by: str = "system:test", number: int = 0
) -> dict[str, Any]:
    """The event in a message of the queue."""

    at = f"2026-11-21T07:{number:02}:00.000Z"
    detail = item_of(KINDS[kind].model_validate(fields))
    made = Event(
        id=derived_id(at, kind, object_),
        kind=kind,
        version=1,
        at=at,
        actor=by,
        object=object_,
        detail=detail,
    )
    return made.model_dump(by_alias=True)


def cancelled(job_id: str, number: int = 0) -> dict[str, Any]:
    """A job was cancelled by the platform, which notifies both parties."""
    detail = {"jobId": job_id, "buyerId": "owner", "workerId": "worker", "by": "system", "was": "in_progress"}
    return event("job.cancelled", detail, object_=f"jobs/{job_id}", number=number)


def offered(job_id: str, number: int = 0) -> dict[str, Any]:
    """A bid was placed, which notifies the owner and plans a reminder."""
    detail = {
        "bidId": f"bid-{number}",
        "jobId": job_id,
        "buyerId": "owner",
        "workerId": "worker",
        "amountCents": 40_000,
        "timelineDays": 3,
    }
    return event("bid.placed", detail, object_=f"bids/bid-{number}", by="worker", number=number)


def deliver(*events: dict[str, Any] | str) -> list[str]:
    """Deliver events to the function, each in its object's group; returns the positions of failed ones."""
    sent = batch("notices", *events)
    for record in sent["Records"]:
        try:
            record["attributes"]["MessageGroupId"] = json.loads(record["body"])["event"]["object"]
        except (ValueError, KeyError, TypeError):
            record["attributes"]["MessageGroupId"] = "poison"
    answer = app("notices").handler(sent, Context())
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


@pytest.fixture
def queues() -> None:
    """The queues of the template."""
    streams.make_queues()


def handed_over() -> dict[str, Counter[str]]:
    """What waits to be sent by each channel: how often each notification."""
    found: dict[str, Counter[str]] = {channel: Counter() for channel in ("whatsapp", "sms", "email", "push")}
    while messages := streams.waiting("DeliveriesQueue"):
        for message in messages:
            found[message["consumer"]][message["notificationId"]] += 1
    return found


def notifications() -> dict[str, dict[str, Any]]:
    """All stored notifications, by id."""
    return {item["id"]: item for item in stand_in.stored("notifications") if "kind" in item}


# Contents of inboxes


def test_a_bid_is_in_the_inbox_of_the_jobs_owner() -> None:
    # given a job
    job = post_job(OWNER)
    # when a worker bids on it
    bid = place_bid(WORKER, job, amountCents=123_450)
    follow("notices", "bids", "referrals")
    # then it is in the owner's inbox
    body = OWNER.get("/notifications").body
    (item,) = body["items"]
    assert body["unreadCount"] == 1
    assert item["kind"] == "bidReceived"
    assert item["title"] == "New bid of R1 234.50"
    assert item["text"] == 'A worker has bid R1 234.50 on your job "Fix a leaking tap".'
    assert item["data"] == {"jobId": job, "bidId": bid}
    assert item["read"] is False
    # and in nobody else's
    assert kinds(WORKER) == []


def test_a_notice_is_in_the_recipients_language() -> None:
    OWNER.put("/notifications/preferences", {"language": "zu"})
    place_bid(WORKER, post_job(OWNER))
    follow("notices", "bids", "referrals")
    (item,) = OWNER.get("/notifications").body["items"]
    assert item["title"] == "Isiphakamiso esisha esingu-R400"


def test_each_party_is_notified_of_the_others_actions(clock: Clock) -> None:
    # given a job with two bids
    job = post_job(OWNER)
    chosen, _ = place_bid(WORKER, job), place_bid(RIVAL, job)
    clock.tick(minutes=1)
    # when it is worked on, completed and reviewed
    for person, path, body in (
        (OWNER, f"/bids/{chosen}/acceptance", None),
        (WORKER, f"/jobs/{job}/start", None),
        (WORKER, f"/jobs/{job}/submission", {}),
        (OWNER, f"/jobs/{job}/completion", None),
        (OWNER, f"/jobs/{job}/reviews", {"rating": 5}),
    ):
        answer = person.post(path, body)
        assert answer.status in (200, 201), answer.text
        follow("notices", "bids", "referrals")
        clock.tick(minutes=1)
    review = answer.body["id"]
    assert WORKER.post(f"/reviews/{review}/response", {"comment": "Thank you."}).status == 200
    follow("notices", "bids", "referrals")
    # then each party is notified of the other's actions only
    assert kinds(OWNER) == ["bidReceived", "jobStarted", "workSubmitted", "reviewAnswered"]
    assert kinds(WORKER) == ["bidAccepted", "jobCompleted", "reviewReceived"]
    assert kinds(RIVAL) == ["bidRejected"]
    (rejected,) = RIVAL.get("/notifications").body["items"]
    assert rejected["text"].endswith("The buyer chose another bid.")


def test_given_a_cancelled_job_then_bidders_are_notified_with_the_reason() -> None:
    job = post_job(OWNER)
    place_bid(WORKER, job)
    assert OWNER.post(f"/jobs/{job}/cancellation", {"reason": "We are moving."}).status == 200
    follow("notices", "bids", "referrals")
    (item,) = WORKER.get("/notifications").body["items"]
    assert (item["kind"], item["text"].split(". ")[-1]) == ("bidRejected", "The job was cancelled.")
    assert kinds(OWNER) == ["bidReceived"]


@pytest.mark.parametrize(("by", "other"), [(OWNER, WORKER), (WORKER, OWNER)])
def test_given_a_cancelled_job_then_the_other_party_is_notified(by: Person, other: Person, clock: Clock) -> None:
    job = post_job(OWNER)
    accept(OWNER, place_bid(WORKER, job))
    follow("notices", "bids", "referrals")
    before = kinds(by)
    clock.tick(minutes=1)
    assert by.post(f"/jobs/{job}/cancellation", {"reason": "I have fallen ill."}).status == 200
    follow("notices", "bids", "referrals")
    assert kinds(other)[-1] == "jobCancelled"
    assert kinds(by) == before


def test_a_suspended_person_is_notified_by_every_channel() -> None:
    # given a person who turned notifications off
    profile("worker", roles=["worker"], phone="+27820000003", email="worker@example.org")
    profile("admin", roles=["admin"])
    WORKER.put("/notifications/preferences", {"channels": {"bidRejected": []}})
    # when an admin suspends them
    assert ADMIN.patch("/admin/users/worker", {"status": "suspended", "reason": "Fraud."}).status == 200
    follow("notices", "bids", "referrals")
    # then every channel is used for which they have an address
    (found,) = notifications().values()
    assert (found["kind"], found["userId"]) == ("accountSuspended", "worker")
    sent = handed_over()
    for channel in ("whatsapp", "sms", "email"):
        assert sent[channel] == {found["id"]: 1}


def test_sellers_authors_and_reporters_are_notified_of_decisions(clock: Clock) -> None:
    # given listings, stories and a report
    seller, author, reporter = Person("seller", ("seller",)), Person("author", ("worker",)), Person("reporter")
    bricks, tiles = list_materials(seller), list_materials(seller, title="Roof tiles")
    good, bad = submit_story(author, title="How I began"), submit_story(author, title="How I ended")
    report = reporter.post("/reports", {"kind": "job", "id": post_job(OWNER), "reason": "It is a fraud."})
    # when an admin decides on them, on some repeatedly
    decisions = (
        (f"/listings/{bricks}/moderation", {"version": version_of("listings", bricks), "decision": "approve"}),
        (
            f"/listings/{tiles}/moderation",
            {"version": version_of("listings", tiles), "decision": "reject", "reason": "There is no picture."},
        ),
        (
            f"/stories/{good}/moderation",
            {"version": 1, "decision": "approve", "featured": False},
        ),
        (
            f"/stories/{good}/moderation",
            {"version": 2, "decision": "approve", "featured": False},
        ),
        (
            f"/stories/{good}/moderation",
            {"version": 3, "decision": "approve", "featured": True},
        ),
        (
            f"/stories/{bad}/moderation",
            {"version": version_of("stories", bad), "decision": "reject", "reason": "It names other people."},
        ),
        (f"/reports/{report.body['id']}/resolution", {"decision": "dismissed", "note": "It is not."}),
    )
    for path, decision in decisions:
        clock.tick(minutes=1)
        answer = ADMIN.post(path, decision)
        assert answer.status == 200, answer.text
    follow("notices", "bids", "referrals")
    # then each change is notified once
    assert kinds(seller) == ["listingApproved", "listingRejected"]
    assert kinds(author) == ["storyApproved", "storyFeatured", "storyRejected"]
    assert kinds(reporter) == ["reportResolved"]
    assert 'Your material "Roof tiles" was not approved.' in seller.get("/notifications").body["items"][0]["text"]


def test_each_movement_of_credits_causes_one_notice(clock: Clock) -> None:
    # given an adjustment and two withdrawals

    grant("worker", 50_000)
    payout_account("worker")
    arrives, fails = withdraw(WORKER, 20_000).body["id"], withdraw(WORKER, 10_000).body["id"]
    # when one is paid, the other is given back, and a deduction is booked
    clock.tick(minutes=1)
    assert settle_withdrawal(arrives, "paid").status == "paid"
    clock.tick(minutes=1)
    assert settle_withdrawal(fails, "failed").status == "credited"
    clock.tick(minutes=1)
    assert adjust("worker", -700).status == 201
    follow("notices", "bids", "referrals")
    # then each causes its own notification
    assert kinds(WORKER) == ["creditsReceived", "withdrawalPaid", "withdrawalFailed", "creditsDeducted"]
    texts = [item["text"] for item in WORKER.get("/notifications").body["items"]][::-1]
    assert "R500 was added" in texts[0]
    assert "withdrawal of R200 was paid" in texts[1]
    assert "withdrawal of R100 could not" in texts[2]
    assert texts[3].startswith("R7 was taken off your credits. Your balance after that: R293.")


def test_both_sides_of_a_rewarded_referral_are_notified_once() -> None:
    refer("referrer", "newcomer")
    released_job("buyer", "newcomer")
    follow("notices", "bids", "referrals")
    for person in ("referrer", "newcomer"):
        assert [kind for kind in kinds(Person(person)) if kind.startswith(("referral", "credits"))] == [
            "referralRewarded"
        ]


def test_a_person_is_notified_of_verification_and_its_end(clock: Clock) -> None:
    profile("worker", roles=["worker"])
    profile("admin", roles=["admin"])
    for verified in (True, False):
        clock.tick(minutes=1)
        decision = {"verified": verified} if verified else {"verified": False, "reason": "The papers were not theirs."}
        assert ADMIN.put("/profiles/worker/verification", decision).status == 200
    follow("notices", "bids", "referrals")
    assert kinds(WORKER) == ["verified", "verificationEnded"]


@pytest.mark.parametrize("known_by", ["the account", "the inbox"])
def test_an_erased_person_is_not_notified(known_by: str, queues: None) -> None:
    # given an erased person, by their account or by their inbox
    job = post_job(OWNER)
    if known_by == "the account":
        known("owner", status="erased")
    else:
        stand_in.client("dynamodb").put_item(
            TableName=function_environment()["NOTIFICATIONS_TABLE"],
            Item={"id": {"S": "recipient#owner"}, "erasedAt": {"S": "2026-11-21T06:00:00.000Z"}},
        )
    # when events about them arrive
    assert deliver(offered(job), cancelled(job, 1)) == []
    # then only the others are notified
    assert {item["userId"] for item in notifications().values()} == {"worker"}


def test_nobody_is_notified_about_a_deleted_object(queues: None) -> None:
    assert deliver(cancelled("nowhere")) == []
    assert notifications() == {}


# Repeats, other orders and failures


def test_a_repeated_event_is_one_notification(queues: None) -> None:
    job = post_job(OWNER)
    for _ in range(3):
        assert deliver(offered(job), offered(job)) == []
    assert kinds(OWNER) == ["bidReceived"]


def test_a_read_notification_stays_read_when_its_event_is_repeated(queues: None) -> None:
    job = post_job(OWNER)
    deliver(offered(job))
    OWNER.post("/notifications/read")
    deliver(offered(job))
    body = OWNER.get("/notifications").body
    assert (body["unreadCount"], [item["read"] for item in body["items"]]) == (0, [True])


def test_events_in_another_order_give_the_same_inbox(queues: None) -> None:
    job = post_job(OWNER)
    events = [offered(job, number) for number in range(4)] + [cancelled(job, 5)]
    assert deliver(*events[::-1]) == []
    assert kinds(OWNER) == ["bidReceived", "jobCancelled"], "ordered by the time of the events"
    assert OWNER.get("/notifications").body["items"][1]["data"]["count"] == 4
    assert OWNER.get("/notifications").body["items"][1]["data"]["bidId"] == "bid-3", "the latest"
    assert kinds(WORKER) == ["jobCancelled"]


def test_an_unreadable_message_is_returned_alone(queues: None) -> None:
    # given a batch with unreadable messages
    job, other = post_job(OWNER), post_job(OWNER)
    poison = ["not json", json.dumps({"consumer": "notices", "event": {"kind": "job.cancelled"}}), "[]"]
    # when it is handled
    failed = deliver(offered(job), *poison, cancelled(other, 1))
    # then the others are handled
    assert failed == ["1", "2", "3"]
    assert kinds(OWNER) == ["bidReceived", "jobCancelled"]


def test_an_event_of_an_unknown_kind_is_ignored(queues: None) -> None:
    unknown = {**offered(post_job(OWNER)), "kind": "bid.praised"}
    assert deliver(unknown) == []
    assert notifications() == {}


def test_given_everything_is_marked_as_read_meanwhile_then_a_new_notification_is_unread(
    queues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an owner who marks everything as read just before a notification is written

    job, real, reads = post_job(OWNER), store.create, iter(range(2))

    def interrupted(*given: Any) -> Any:
        if next(reads, None) is not None:
            OWNER.post("/notifications/read")
        return real(*given)

    monkeypatch.setattr(store, "create", interrupted)
    # when an event arrives
    assert deliver(offered(job)) == []
    # then its notification is unread
    assert kinds(OWNER) == ["bidReceived"]


@contextmanager
def breaking_queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    """The SQS client of deliveries, whose calls can be made to fail."""
    from khaya.platform.aws import queues  # noqa: PLC0415 - after the environment is set

    def send(operation: str, request: Any) -> Any:
        return faults(operation, request) if operation == "SendMessageBatch" else real(operation, request)

    real = queues._client()._make_api_call
    faults = Faulty(real)
    with monkeypatch.context() as patch:
        patch.setattr(queues._client(), "_make_api_call", send)
        yield faults


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("breaking", "fault"),
    [
        *((faulty, fault) for fault in FAULTS if fault != "throttled"),
        (breaking_queues, "no connection"),
        (breaking_queues, "answer lost"),
    ],
)
def test_given_a_failure_at_any_call_then_a_repeated_run_completes_once(
    breaking: Callable[..., Any], fault: Fault, queues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for position in range(MAX_CALLS):
        # given events about a job, and a call that fails
        stand_in.empty()
        streams.make_queues()
        job = post_job(OWNER)
        with breaking(monkeypatch) as faults:
            faults.fail(position, fault)
            # when they are handled, and repeated if that failed
            failed = deliver(offered(job), cancelled(job, 1))
            struck = faults.struck
            faults.heal()
            if failed:
                assert deliver(*[(offered(job), cancelled(job, 1))[int(number)] for number in failed]) == []
        # then each notification exists once and is queued
        assert kinds(OWNER) == ["bidReceived", "jobCancelled"]
        assert kinds(WORKER) == ["jobCancelled"]
        sent = handed_over()
        for channel in CHANNELS:
            assert sent[channel].keys() == notifications().keys(), (position, channel)
        reminder = {item["id"]: item["status"] for item in stand_in.stored("reminders")}
        assert reminder[f"chooseBid#{job}"] == "settled"
        if not struck:
            assert position > 0
            return
    raise AssertionError("there were more calls than the test is made for")


def test_given_a_failing_queue_then_the_notification_is_in_the_inbox(
    queues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a failing queue
    job = post_job(OWNER)
    with breaking_queues(monkeypatch) as faults:
        faults.fail(0, "no connection")
        # when an event is handled, then its message is returned, and its notification exists
        assert deliver(offered(job)) == ["0"]
        assert kinds(OWNER) == ["bidReceived"]


def test_at_night_only_urgent_notifications_are_queued(queues: None, clock: Clock) -> None:
    # given 23:00 in South Africa
    job = post_job(OWNER)
    clock.tick(hours=13)
    # when a bid is placed and a job is cancelled
    deliver(offered(job), cancelled(job, 1))
    # then both are in the inbox, and only the second is queued
    assert kinds(OWNER) == ["bidReceived", "jobCancelled"]
    urgent = {key for key, item in notifications().items() if item["kind"] == "jobCancelled"}
    assert handed_over()["whatsapp"].keys() == urgent
