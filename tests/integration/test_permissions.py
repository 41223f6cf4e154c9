"""Each permission of a role is used by the flows of this module, or has a stated reason.

That no function acts without permission is checked by the fixture `permitted` in every test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from khaya import provider
from khaya.admin_queues.model import KEPT
from khaya.chargebacks import store as chargebacks
from khaya.chargebacks.model import Chargeback
from khaya.erasure import store as erasures
from khaya.notices import service as notices
from khaya.platform.aws import queues, secrets
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.platform.work.circuit_breakers import FAILURES, OPEN_SECONDS
from khaya.pricing.model import Part
from khaya.provider import circuit
from tests.conftest import Clock
from tests.integration.test_pending_bids import moved
from tests.support import stand_in
from tests.support.circuit_breakers import forget_failures, stopped_clock
from tests.support.client import VISITOR, Context, Person, app, function_of
from tests.support.escrow import agreed, check_out
from tests.support.events import batch, happened
from tests.support.events import deliver as deliver_event
from tests.support.first_token import trigger
from tests.support.inbox import add_notification, device
from tests.support.lives import MEMBER, live
from tests.support.money import REASON, earlier_rewards, grant, payout_account, refer, released_job
from tests.support.payments import (
    ACCOUNT,
    account,
    cancel,
    deal,
    experienced,
    give_back,
    known_card,
    pay_all,
    pay_late,
    release,
)
from tests.support.permissions import Record, allowed
from tests.support.provider import FakeProvider, fake_provider
from tests.support.records import OFFER, POSTING, accept, complete_job, place_bid, post_job, profile, version_of
from tests.support.reminders import remind
from tests.support.stories import approved_story
from tests.support.streams import follow, hint, make_queues, run_due_payouts
from tests.support.template import FUNCTION, ROOT, function_environment, resources
from tests.support.uploads import uploaded

pytestmark = pytest.mark.exhaustive

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
    "dynamodb:ListStreams": "Lambda reads the function's streams",
    "s3:GetObject": "links are signed without a call, and work by this right of the signer",
}
"""Actions that our code never calls, with the reason why roles allow them."""

WHEN_FAILING = {"sqs:ChangeMessageVisibility"}
"""Actions that are called only where a message fails."""

SHARED = {
    ("profiles", "IdempotencyTable"): "the policy of all functions behind the API; this one has no POST so far",
    ("stream_dispatcher", "StreamDispatcherDeadLetters"): "Lambda itself sends there what it could not deliver",
    ("uploads", "ServiceKey"): "the policy of all functions behind the API; this one has no list",
    **{
        (folder, "ScheduleDeadLetters"): "Lambda itself sends there what it could not run"
        for folder in ("job_expiry", "due_items", "due_payouts", "daily_statistics", "repair")
    },
}
"""Permissions of a function that it does not use, with the reason."""

WITHOUT_RESOURCE = {
    "xray:PutTraceSegments": "X-Ray has no resources to name",
    "xray:PutTelemetryRecords": "X-Ray has no resources to name",
    "sns:Publish": "a text message goes to a number, which is no resource",
}
"""Actions that cannot be limited to a resource, with the reason."""


def profiles() -> None:
    person, admin = Person("person", ("worker",)), Person("admin", ("admin",))
    stand_in.pool_with(person)
    profile("person", roles=["worker"], trades=["plumbing"], location="Durban")
    profile("admin", roles=["admin"])
    job = post_job(OWNER)
    accept(OWNER, place_bid(person, job))
    OWNER.post(f"/jobs/{job}/completion")
    person.get("/profiles/me")
    photo = uploaded(person, "profile")
    person.patch("/profiles/me", {"trades": ["painting"], "displayName": "Somebody else", "photoUrl": photo})
    person.put("/profiles/me/roles", {"roles": ["buyer"]})
    admin.put("/profiles/person/verification", {"verified": True})
    Person("admin-1", ("admin",)).get("/admin/verifications")
    VISITOR.get("/profiles/person")
    VISITOR.get("/profiles/person/resume")
    VISITOR.get("/profiles")
    VISITOR.get("/profiles", query={"location": "durban"})
    leave(WORKER)
    grant("rich", 5_000)
    Person("rich", ("worker",)).delete("/profiles/me", query={"forfeitCents": "5000"})


def leave(person: Person) -> None:
    """A person exports their data, changes their name and erases their account."""
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
        for _ in range(100):  # a read takes a random replica of the unfiltered feed
            VISITOR.get("/jobs", query=query)
    VISITOR.get("/jobs", query={"q": "leaking tap"})
    follow()
    VISITOR.get("/jobs", query={"q": "leaking tap"})
    for query in ({"category": "plumbing"}, {"location": "durban"}, {"category": "plumbing", "location": "durban"}):
        VISITOR.get("/jobs", query={"q": "leaking tap", **query})
    for side in ("buyer", "worker"):
        OWNER.get("/jobs/mine", query={"as": side})
        OWNER.get("/jobs/mine", query={"as": side, "status": "open"})
    Person("owner", ("buyer", "worker", "seller")).get("/me/actions")
    WORKER.get(f"/jobs/{job}")
    Person("admin-1", ("admin",)).get("/admin/jobs", query={"stuck": "true"})
    OWNER.post("/jobs", POSTING, headers=KEY)
    accept(OWNER, place_bid(WORKER, job))
    WORKER.post(f"/jobs/{job}/start")
    WORKER.post(f"/jobs/{job}/submission", {"photos": [uploaded(WORKER, "submission")]})
    OWNER.post(f"/jobs/{job}/completion", headers={"Idempotency-Key": "key-2"})
    OWNER.get(f"/jobs/{job}")
    with pytest.MonkeyPatch.context() as patch, fake_provider(patch) as fake:
        finished(fake)
        OWNER.post(f"/jobs/{paid(fake, 'deposit')}/cancellation", {"reason": "Not needed."})


def paid(fake: FakeProvider, *parts: Part) -> str:
    """A job with an escrow, of which parts are paid, as the provider's webhook tells; returns its id."""
    job = agreed(OWNER, WORKER)
    for part in parts:
        pay_part(fake, job, part)
    return job


def pay_part(fake: FakeProvider, job: str, part: Part) -> str:
    """Have the buyer pay a part of an escrow; returns the reference."""
    reference: str = check_out(OWNER, job, part, f"{part} of {job}").body["reference"]
    fake.pay(reference)
    hint("collections", {"reference": reference, "providerId": None}, reference)
    return reference


def submit(job: str) -> None:
    proof = {"photos": [uploaded(WORKER, "submission")]}
    assert WORKER.post(f"/jobs/{job}/submission", proof).status == 200


def finished(fake: FakeProvider) -> str:
    """A job whose escrow was released; returns the reference of its last payment."""
    job = paid(fake, "deposit")
    WORKER.post(f"/jobs/{job}/start")
    submit(job)
    reference = pay_part(fake, job, "balance")
    assert OWNER.post(f"/jobs/{job}/completion").status == 200
    return reference


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
    agreed(OWNER, WORKER)


def left_open() -> None:
    job = post_job(OWNER, photos=[uploaded(OWNER, "job")])
    bid = place_bid(WORKER, job)
    place_bid(Person("rival", ("worker",)), job)
    OWNER.patch(f"/jobs/{job}", {"title": "Fix two leaking taps"})
    follow()
    accept(OWNER, bid)
    OWNER.post(f"/jobs/{job}/completion")
    stand_in.client("dynamodb").update_item(  # as a payment out of escrow sets it
        TableName=function_environment()["JOBS_TABLE"],
        Key={"id": {"S": job}},
        UpdateExpression="SET releasedAt = :now",
        ExpressionAttributeValues={":now": {"S": "2026-11-21T08:00:00.000Z"}},
    )
    leave(Person("leaver", ("worker",)))
    with pytest.MonkeyPatch.context() as patch, fake_provider(patch):
        WORKER.put("/payouts/account", ACCOUNT)
        follow()


def rewarded() -> None:
    """A referral is completed and paid, with a bonus that waits; a story is not rewarded, as it was deleted before.

    Another one waits for a payout account. Then a payment for the job is charged back.
    """
    earlier_rewards("referrer-1", 4)
    refer("referrer-1", "newcomer-1", "newcomer-2")
    payout_account("newcomer-2", verified=False)
    author = Person("newcomer-1", ("worker",))
    story = approved_story(author)
    follow()
    assert author.delete(f"/stories/{story}").status == 204
    job_id = released_job("buyer-1", "newcomer-1")
    released_job("buyer-2", "newcomer-2")
    follow()
    now = clock.now()
    opened = Chargeback(
        id="9", collection_id="c-1", job_id=job_id, amount_cents=1, created_at=now, updated_at=now, buyer_id="buyer-1"
    )
    commit_now(chargebacks.create(opened))
    commit_now(chargebacks.change(opened, opened.ended("lost", now)))
    follow()


def changed() -> None:
    """Somebody who has done everything changes name and roles, is suspended, and reviews follow."""
    ids = live()
    follow()
    admin = Person("admin-1", ("admin",))
    assert (
        admin.post(
            f"/listings/{ids['listing']}/moderation",
            {"version": version_of("listings", ids["listing"]), "decision": "approve"},
        ).status
        == 200
    )
    bought = complete_job(OWNER, MEMBER)
    follow()
    assert OWNER.post(f"/jobs/{bought}/reviews", {"rating": 1}).status == 201
    follow()
    MEMBER.patch("/profiles/me", {"displayName": "Another name", "trades": ["plumbing"]})
    MEMBER.put("/profiles/me/roles", {"roles": ["buyer", "seller"]})
    follow()
    suspended = {"status": "suspended", "reason": "Invented jobs, again."}
    assert Person("admin-1", ("admin",)).patch("/admin/users/member-1", suspended).status == 200
    follow()
    MEMBER.patch("/profiles/me", {"location": "Pinetown"})
    for name in KEPT:
        queues.send("derived", [OutgoingMessage("admin_queues", {"queue": name}, object=name, change=name)])
    follow()


def signed_in() -> None:
    secrets.clear_cache()  # other tests may have fetched the key already
    attributes = {"sub": "account", "phone_number": "+27821234567", "phone_number_verified": "true", "name": "Sipho"}
    for groups in (["worker"], ["worker", "admin"]):
        trigger(attributes, groups)
    trigger(attributes, ["worker"], "TokenGeneration_RefreshTokens")
    trigger({**attributes, "phone_number": "+27821234568"}, ["worker"])


def notifications() -> None:
    notification_id = add_notification("owner")
    OWNER.get("/notifications")
    OWNER.get("/notifications/preferences")
    OWNER.post("/notifications/nothing/read", headers=KEY)
    OWNER.post(f"/notifications/{notification_id}/read", headers=KEY)
    OWNER.put("/devices/phone", device("one"))
    OWNER.put("/devices/phone", device("two"))
    body = {"text": "Call Sipho", "dueAt": "2026-12-01T08:00:00.000Z"}
    key = {"Idempotency-Key": "key-2"}
    reminder = OWNER.post("/reminders", body, headers=key).body["id"]
    OWNER.post("/reminders", {**body, "dueAt": "2020-12-01T08:00:00.000Z"}, headers=key)
    OWNER.get("/reminders")
    OWNER.delete(f"/reminders/{reminder}")


def deliver_notices() -> None:
    job = post_job(OWNER)
    OWNER.put("/devices/phone", device("one"))
    make_queues()
    parties = {"jobId": job, "buyerId": "owner", "workerId": "worker"}
    about = {
        "bid.placed": {**parties, "bidId": "bid", "amountCents": 40_000, "timelineDays": 3},
        "job.cancelled": {**parties, "by": "system", "was": "in_progress"},
        "person.suspended": {"userId": "owner"},
        "listing.moderated": {"listingId": "listing", "sellerId": "seller", "decision": "approve"},
        "story.moderated": {"storyId": "story", "authorId": "author", "decision": "approve", "featured": False},
        "reminder.due": {"reminderId": "reminder", "userId": "owner", "kind": "own", "number": 1},
        "escrow.released": {
            **parties,
            **dict.fromkeys(("paidCents", "heldCents", "refundedCents", "amountCents"), 0),
            **dict.fromkeys(("workerPartCents", "buyerPartCents", "platformPartCents"), 0),
            "decision": "admin",
        },
    }
    for kind, detail in about.items():
        assert deliver_event("notices", happened(kind=kind, detail=detail, actor="admin")) == []
    again = happened(1, kind="bid.placed", detail={**about["bid.placed"], "bidId": "another"}, actor="admin")
    assert deliver_event("notices", again) == []
    place_bid(WORKER, job)
    place_bid(Person("rival", ("worker",)), job)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notices, "PART", 1)
        edited = happened(600, kind="job.edited", detail={"jobId": job, "buyerId": "owner"}, actor="owner")
        assert deliver_event("notices", edited) == []


def platform() -> None:
    VISITOR.get("/health")
    secrets.clear_cache()  # the key of web pushes is derived from the service key
    VISITOR.get("/config")
    for kind in ("jobs", "materials", "people", "stories", "invite"):
        VISITOR.get(f"/s/{kind}/nothing")
    Person("admin", ("admin",)).get("/health")


def swept() -> None:
    """Reminders of every kind are due, an erasure that waited too, and a notification is held during quiet hours."""
    commit_now(erasures.mark_erased("leaver", "2026-06-04T08:00:00.000Z", "2026-12-01T08:00:00.000Z"))
    channels = {"bidReceived": ["whatsapp", "sms", "email", "push"]}
    OWNER.put("/notifications/preferences", {"language": "en", "channels": channels})
    OWNER.put("/devices/phone", device("one"))
    remind(WORKER)
    complete_job(OWNER, WORKER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: "2026-11-21T23:00:00.000Z")
        place_bid(WORKER, post_job(OWNER))
        follow()
        patch.setattr(clock, "now", lambda: "2026-12-02T08:00:00.000Z")
        for schedule in ("minute", "daily"):
            assert app("due_items").handler({"schedule": schedule}, Context())["failed"] == 0
    deadlines_pass()


def deadlines_pass() -> None:
    """Each deadline of an escrow passes, and disputes are decided by themselves; then the provider cannot be asked."""
    with pytest.MonkeyPatch.context() as patch, fake_provider(patch) as fake:
        check_out(OWNER, paid(fake), "deposit")
        submit(paid(fake, "deposit"))
        paid(fake, "deposit")
        done = paid(fake, "deposit")
        submit(done)
        pay_part(fake, done, "balance")
        for days in (4, 20, 28, 40):
            patch.setattr(clock, "now", lambda days=days: clock.plus("2026-11-21T08:00:00.000Z", days=days))
            assert app("due_items").handler({"schedule": "minute"}, Context())["failed"] == 0
        reference = check_out(OWNER, paid(fake), "deposit", "found by the task").body["reference"]
        check_out(OWNER, paid(fake), "deposit")
        fake.pay(reference)
        secrets.clear_cache()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: "2027-01-05T08:00:00.000Z")
        outage(fake, lambda _: app("due_items").handler({"schedule": "minute"}, Context()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: "2027-01-05T10:00:00.000Z")
        app("due_items").handler({"schedule": "minute"}, Context())


def dispatched() -> None:
    """Changes are dispatched, and one that cannot be read is parked."""
    left_open()
    broken = moved("job-1")
    broken["dynamodb"]["NewImage"] = {"status": {"S": "in_progress"}}
    assert app("stream_dispatcher").handler({"Records": [broken]}, Context()) == {"batchItemFailures": []}


def payout_routes() -> None:
    """Accounts are given, and admins decide about payouts, one of which becomes credits."""
    admin = Person("admin-1", ("admin",))
    outage(FakeProvider(), lambda _: OWNER.get("/payouts/banks"))
    with pytest.MonkeyPatch.context() as patch, fake_provider(patch) as fake:
        OWNER.put("/payouts/account", ACCOUNT)
        OWNER.get("/payouts/account")
        OWNER.get("/payouts/banks")
        admin.get("/admin/payouts")
        admin.get("/admin/payouts", query={"waiting": "true"})
        taken = withdrawal()
        admin.post("/admin/payouts/nothing/decision", {"decision": "hold", "reason": REASON}, headers=KEY)
        admin.post(f"/admin/payouts/{taken}/decision", {"decision": "credit", "reason": REASON}, headers=KEY)
        job = cancel_paid(fake)
        OWNER.put(f"/jobs/{job}/escrow/refund-account", ACCOUNT)
        fake.default_refund = "needs_account"
        give_back(job)
        OWNER.put(f"/jobs/{job}/escrow/refund-account", ACCOUNT)


def withdrawal() -> str:
    grant("worker", 10_000)
    payout_account("worker")
    answer = Person("worker", ("worker",), signed_in_at=10**10).post(
        "/credits/withdrawals", {"amountCents": 10_000}, headers={"Idempotency-Key": "withdrawal"}
    )
    found: str = answer.body["id"]
    return found


def cancel_paid(fake: FakeProvider) -> str:
    job = deal(buyer="owner", worker="worker")
    pay_all(fake, job)
    return cancel(job, by="owner")


def at_the_provider() -> None:
    """An account is checked, a payout and a refund are made, and money in suspense goes back, by the schedule."""
    with pytest.MonkeyPatch.context() as patch, fake_provider(patch) as fake:
        Person("somebody", ("worker",)).put("/payouts/account", ACCOUNT)
        account("worker")
        secrets.clear_cache()
        charged_back(fake)
        experienced("worker")
        known_card(buyer="owner")
        job = deal(buyer="owner", worker="worker")
        pay_all(fake, job, settled=False)
        fake.settle()
        release(job)
        fake.settle()
        fake.default_payout, fake.default_refund = "paid", "paid"
        late = cancel_paid(fake)
        pay_late(fake, late, buyer="owner")
        withdrawal()
        follow()
        run_due_payouts()
    outage(fake, lambda number: hint("payouts", {"payoutId": f"job-{job}", "hinted": True}, f"outage-{number}"))


def outage(fake: FakeProvider, ask: Callable[[int], object]) -> None:
    """The provider is down until its circuit opens, and is up again when it is tried."""
    with pytest.MonkeyPatch.context() as patch:
        forget_failures()
        breaker = stopped_clock(patch)
        patch.setattr(provider, "payment_provider", lambda: circuit.guarded(fake))
        fake.mode = "down"
        for number in range(FAILURES + 1):
            ask(number)
        fake.mode = "up"
        breaker.tick(OPEN_SECONDS + 1)
        for number in range(2):
            ask(-1 - number)
        forget_failures()


def charged_back(fake: FakeProvider) -> None:
    """A payment of a released job is charged back, contested and lost."""
    reference = finished(fake)
    chargeback = fake.charge_back(reference)
    ids = {"reference": reference, "providerId": chargeback}
    hint("chargebacks", ids, "opened")
    answer = {"decision": "contest", "reason": REASON}
    path = f"/admin/payments/chargebacks/{chargeback}/response"
    assert Person("admin-1", ("admin",)).post(path, answer, headers=KEY).status == 200
    follow()
    fake.decide_chargeback(chargeback, "lost")
    hint("chargebacks", ids, "ended")


FLOWS: dict[str, Callable[[], None]] = {
    "platform": platform,
    "profiles": profiles,
    "jobs": posted,
    "bids": bids,
    "stream_dispatcher": dispatched,
    "derived": changed,
    "money": rewarded,
    "notifications": notifications,
    "notices": deliver_notices,
    "due_items": swept,
    "pre_token": signed_in,
    "payouts": payout_routes,
    "provider": at_the_provider,
    "due_payouts": at_the_provider,
}


@pytest.mark.parametrize("folder", FLOWS)
def test_a_function_uses_every_permission_of_its_role(permitted: Record, folder: str) -> None:
    # when everything that the function is for has happened
    FLOWS[folder]()
    ask_with_cursors(folder)
    # then every permission of its role was used
    assert left_unused(permitted, folder) == set(), "allowed, but never called"


def ask_with_cursors(folder: str) -> None:
    """Ask for a page of each list of a function, with a cursor that nobody signed; for that it needs the service key."""
    paths = json.loads((ROOT / "functions" / "platform" / "openapi.json").read_text())["paths"]
    person = Person("person-1", ("buyer", "worker", "seller", "admin"))
    for path, item in paths.items():
        names = [one.get("name") for one in item.get("get", {}).get("parameters", [])]
        if "cursor" in names and function_of("GET", path) == folder:
            secrets.clear_cache()
            person.get(re.sub(r"{\w+}", "x", path), query={"cursor": "A" * 60})


def left_unused(permitted: Record, folder: str) -> set[tuple[str, str]]:
    """The unused permissions of a function, except those with a stated reason."""
    unused = permitted.unused(folder)
    excused = {*NOT_CALLED, *WHEN_FAILING}
    return {call for call in unused if call[0] not in excused and (folder, call[1]) not in SHARED}


@pytest.mark.parametrize(
    "folder", ["derived", "person", "money", "provider", "notices", "exports", "records", "deliveries"]
)
def test_given_a_message_that_fails_when_it_is_returned_then_the_function_sets_its_visibility(
    permitted: Record, folder: str
) -> None:
    poison = batch("nobody", "no JSON")
    assert app(folder).handler(poison, Context())["batchItemFailures"] == [{"itemIdentifier": "0"}]
    called = {action for action, _ in permitted.calls[folder]}
    assert called == WHEN_FAILING
    assert permitted.forbidden() == []


def test_job_expiry_uses_every_permission_that_it_has(permitted: Record, clock: Clock) -> None:
    post_job(OWNER)
    submitted = post_job(OWNER)
    accept(OWNER, place_bid(WORKER, submitted))
    assert WORKER.post(f"/jobs/{submitted}/submission", {}).status == 200
    clock.tick(days=30)
    app("job_expiry").handler({}, Context())
    assert left_unused(permitted, "job_expiry") == set()


@pytest.mark.parametrize("folder", ["records", "daily_statistics"])
def test_records_and_the_nightly_statistics_use_every_permission_that_they_have(
    permitted: Record, clock: Clock, folder: str
) -> None:
    # given an event that is recorded twice
    sample = json.loads((ROOT / "events" / "records.json").read_text())
    for _ in range(2):
        app("records").handler(sample, Context())
    # when the nightly task runs
    clock.tick(days=1)
    app("daily_statistics").handler({}, Context())
    # then every permission was used
    assert left_unused(permitted, folder) == set()


def test_actions_listed_as_not_called_are_never_called(permitted: Record) -> None:
    for flow in FLOWS.values():
        stand_in.empty()
        flow()
    called = {action for calls in permitted.calls.values() for action, _ in calls}
    assert called & {*NOT_CALLED} <= {"s3:GetObject"}


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_no_permission_has_a_wildcard(logical: str) -> None:
    folder = resources(FUNCTION)[logical]["CodeUri"].strip("/").split("/")[-1]
    for action, resource in allowed(folder):
        assert "*" not in action, f"{folder}: {action}"
        assert resource != "*" or action in WITHOUT_RESOURCE, f"{folder}: {action} on everything"
