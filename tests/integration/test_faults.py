"""Failures of DynamoDB at every call of every change: no partial effects, and a repeated request completes the change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.faults import FAULTS, Fault, Faulty, faulty, refusal
from tests.support.inbox import add_notification, device
from tests.support.records import (
    ENQUIRY,
    OFFER,
    OFFERING,
    POSTING,
    accept,
    ask,
    complete_job,
    list_materials,
    place_bid,
    post_job,
    profile,
)
from tests.support.stories import approved_story

pytestmark = pytest.mark.exhaustive

OWNER = Person("owner", ("buyer",))
WORKER = Person("worker", ("worker",))
MOST_CALLS = 8


@dataclass
class Attempt:
    """A change, and a function that reads from the tables whether it was made."""

    send: Callable[[dict[str, str]], Answer]
    done: Callable[[], int]
    """The number of times that it was made. Asserts that there are no partial effects."""


def _states() -> tuple[list[str], list[str], list[int]]:
    jobs, bids = stand_in.stored("jobs"), [bid for bid in stand_in.stored("bids") if "jobTitle" in bid]
    for job in jobs:
        live = [bid for bid in bids if bid["jobId"] == job["id"] and bid["status"] != "withdrawn"]
        assert job["bidCount"] == len(live), "the count of bids is exact"
        chosen = [bid["id"] for bid in bids if bid["jobId"] == job["id"] and bid["status"] == "accepted"]
        assert chosen == ([job["acceptedBidId"]] if job["status"] in ("in_progress", "completed") else chosen)
        assert not (job["status"] == "open" and chosen), "a job with an accepted bid is not open"
        assert {job.get("acceptedBidId")} - {None} == {*chosen}, "job and bid agree"
    places = {item["id"]: item["taken"] for item in stand_in.stored("bids") if "taken" in item}
    for bid in bids:
        if bid["status"] != "withdrawn":
            assert places[f"{bid['jobId']}#{bid['workerId']}"], "a bid that is not withdrawn holds its worker's slot"
    return [job["status"] for job in jobs], [bid["status"] for bid in bids], [job["bidCount"] for job in jobs]


def post() -> Attempt:
    return Attempt(lambda key: OWNER.post("/jobs", POSTING, headers=key), lambda: len(_states()[0]))


def place() -> Attempt:
    job = post_job(OWNER)
    return Attempt(lambda key: WORKER.post(f"/jobs/{job}/bids", OFFER, headers=key), lambda: len(_states()[1]))


def accept_bid() -> Attempt:
    bid = place_bid(WORKER, post_job(OWNER))
    place_bid(Person("rival", ("worker",)), stand_in.stored("jobs")[0]["id"])
    return Attempt(
        lambda key: OWNER.post(f"/bids/{bid}/acceptance", headers=key), lambda: _states()[1].count("accepted")
    )


def withdraw() -> Attempt:
    job = post_job(OWNER)
    bid = place_bid(WORKER, job)
    place_bid(Person("rival", ("worker",)), job)

    def done() -> int:
        _, bids, (count,) = _states()
        assert count == 2 - bids.count("withdrawn")
        return bids.count("withdrawn")

    return Attempt(lambda key: WORKER.post(f"/bids/{bid}/withdrawal", headers=key), done)


def reject() -> Attempt:
    bid = place_bid(WORKER, post_job(OWNER))
    return Attempt(
        lambda key: OWNER.post(f"/bids/{bid}/rejection", {"reason": "Too late."}, headers=key),
        lambda: _states()[1].count("rejected"),
    )


def complete() -> Attempt:
    job = post_job(OWNER)
    accept(OWNER, place_bid(WORKER, job))

    def done() -> int:
        counted = sum(one.get("completedJobs", 0) for one in stand_in.stored("profiles"))
        assert counted == _states()[0].count("completed"), "the job and the worker's count agree"
        return counted

    return Attempt(lambda key: OWNER.post(f"/jobs/{job}/completion", headers=key), done)


def submit() -> Attempt:
    job = post_job(OWNER)
    accept(OWNER, place_bid(WORKER, job))
    return Attempt(
        lambda key: WORKER.post(f"/jobs/{job}/submission", {"note": "Done."}, headers=key),
        lambda: sum("submission" in one for one in stand_in.stored("jobs")),
    )


def cancel() -> Attempt:
    job = post_job(OWNER)
    place_bid(WORKER, job)
    return Attempt(
        lambda key: OWNER.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."}, headers=key),
        lambda: _states()[0].count("cancelled"),
    )


def take_roles() -> Attempt:
    person = Person("person", ("buyer",))
    stand_in.pool_with(person)
    profile("person", roles=["buyer"], trades=["plumbing"])

    def done() -> int:
        (one,) = stand_in.stored("profiles")
        (user,) = stand_in.stored("users")
        directory_roles = {row["directoryKey"].split("#")[0] for row in stand_in.stored("directory")}
        assert directory_roles == {*one["roles"]}, "the directory agrees with the profile"
        assert ("buyer" in user.get("lostRoles", ())) == ("buyer" not in one["roles"]), "the account guard agrees"
        return int(one["roles"] == ["worker"] and stand_in.groups_of("person") == {"worker"})

    return Attempt(lambda _: person.put("/profiles/me/roles", {"roles": ["worker"]}), done)


def write_profile() -> Attempt:
    person = Person("person", ("worker",))
    profile("person", roles=["worker"], trades=["plumbing"])

    def done() -> int:
        (one,) = stand_in.stored("profiles")
        trades = {row["directoryKey"].split("#")[1] for row in stand_in.stored("directory")}
        assert trades == {"*", *one["trades"]}, "the directory agrees with the profile"
        return int(one["trades"] == ["painting", "tiling"])

    return Attempt(lambda _: person.patch("/profiles/me", {"trades": ["painting", "tiling"]}), done)


def _inboxes() -> tuple[int, int]:
    """The number of read notifications of the owner, and of the owner's devices with the push token."""
    rows = {row["id"]: row for row in stand_in.stored("notifications")}
    people = {key: row for key, row in rows.items() if key.startswith("recipient#")}
    own = people.get("recipient#owner", {})
    rows_of_owner = [row for row in rows.values() if row.get("userId") == "owner"]
    read_epoch = own.get("readEpoch", 0)
    unread = [one for one in rows_of_owner if not one["read"] and one["readEpoch"] == read_epoch]
    assert own.get("unread", 0) == len(unread), "the count of what is unread is exact"
    having = [(key, name) for key, row in people.items() for name in row.get("devices", {})]
    held = [(f"recipient#{row['holder']}", row["deviceId"]) for key, row in rows.items() if key.startswith("token#")]
    assert having == held, "a push token belongs to the device that has it, and to no other"
    return len(rows_of_owner) - len(unread), sum(key == "recipient#owner" for key, _ in having)


def read_notification() -> Attempt:
    added = add_notification("owner")
    add_notification("owner", number=1)
    return Attempt(lambda key: OWNER.post(f"/notifications/{added}/read", headers=key), lambda: _inboxes()[0])


def read_inbox() -> Attempt:
    add_notification("owner")
    return Attempt(lambda key: OWNER.post("/notifications/read", headers=key), lambda: _inboxes()[0])


def take_over_phone() -> Attempt:
    assert WORKER.put("/devices/phone", device()).status == 200
    return Attempt(lambda _: OWNER.put("/devices/phone", device()), lambda: _inboxes()[1])


def restock() -> Attempt:
    seller = Person("seller", ("seller",))
    listing = list_materials(seller)
    return Attempt(
        lambda key: seller.post(f"/listings/{listing}/stock", {"delta": -7}, headers=key),
        lambda: _times(OFFERING["stock"] - _only("listings")["stock"], 7),
    )


def _enquiries() -> list[dict[str, Any]]:
    rows = stand_in.stored("enquiries")
    found = [row for row in rows if "text" in row]
    open_ones = [row for row in found if row["status"] == "open"]
    assert _only("listings")["openEnquiries"] == len(open_ones), "the listing's count is exact"
    slots = {row["enquiryId"] for row in rows if "enquiryId" in row}
    assert slots == {row["id"] for row in open_ones}, "who has an open enquiry holds the slot"
    assert sum(row.get("enquiries", 0) for row in rows) == len(found), "the day's count is exact"
    return found


def _trusted_listing() -> tuple[Person, str]:
    seller = Person("seller", ("seller",))
    profile("seller", roles=["seller"], verified=True)
    return seller, list_materials(seller)


def enquire() -> Attempt:
    _, listing = _trusted_listing()
    return Attempt(
        lambda key: OWNER.post(f"/listings/{listing}/enquiries", ENQUIRY, headers=key), lambda: len(_enquiries())
    )


def answer_enquiry() -> Attempt:
    seller, listing = _trusted_listing()
    enquiry = ask(OWNER, listing)
    return Attempt(
        lambda key: seller.post(f"/enquiries/{enquiry}/answer", {"text": "Yes."}, headers=key),
        lambda: [row["status"] for row in _enquiries() if "answer" in row].count("answered"),
    )


def close_enquiry() -> Attempt:
    seller, listing = _trusted_listing()
    enquiry = ask(OWNER, listing)
    return Attempt(
        lambda key: seller.post(f"/enquiries/{enquiry}/closing", headers=key),
        lambda: [row["status"] for row in _enquiries()].count("closed"),
    )


def edit_job() -> Attempt:
    job = post_job(OWNER)
    return Attempt(
        lambda key: OWNER.patch(f"/jobs/{job}", {"title": "Fix two leaking taps"}, headers=key),
        lambda: int(_only("jobs")["title"] == "Fix two leaking taps"),
    )


def like() -> Attempt:
    story = approved_story(Person("author", ("worker",)))

    def done() -> int:
        rows = stand_in.stored("stories")
        count = next(row["likes"] for row in rows if row["id"] == story)
        assert count == sum("likedBy" in row for row in rows), "the count of likes is exact"
        return int(count)

    return Attempt(lambda _: OWNER.put(f"/stories/{story}/like"), done)


def review() -> Attempt:
    job = complete_job(OWNER, WORKER)

    def done() -> int:
        profiles = [one for one in stand_in.stored("profiles") if one["userId"] == "worker"]
        counted = sum(one.get("ratingCount", 0) for one in profiles)
        assert counted == len([one for one in stand_in.stored("reviews") if "comment" in one or "rating" in one])
        assert sum(one.get("ratingSum", 0) for one in profiles) == 4 * counted
        return int(counted)

    return Attempt(lambda key: OWNER.post(f"/jobs/{job}/reviews", {"rating": 4}, headers=key), done)


def _only(table: str) -> dict[str, Any]:
    (found,) = [row for row in stand_in.stored(table) if "title" in row]
    return found


def _times(sum_of_steps: int, step: int) -> int:
    times, rest = divmod(sum_of_steps, step)
    assert rest == 0
    return times


ATTEMPTS: dict[str, Callable[[], Attempt]] = {
    "post a job": post,
    "place a bid": place,
    "accept a bid": accept_bid,
    "withdraw a bid": withdraw,
    "reject a bid": reject,
    "complete a job": complete,
    "submit the work": submit,
    "cancel a job": cancel,
    "take roles": take_roles,
    "write a profile": write_profile,
    "read a notification": read_notification,
    "read the inbox": read_inbox,
    "take over a phone": take_over_phone,
    "move stock": restock,
    "enquire about a listing": enquire,
    "answer an enquiry": answer_enquiry,
    "close an enquiry": close_enquiry,
    "edit a job": edit_job,
    "like a story": like,
    "review a worker": review,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ATTEMPTS, ids=lambda name: name.replace(" ", "-"))
def test_given_a_failing_dynamodb_call_when_the_change_is_repeated_then_it_is_made_once(
    monkeypatch: pytest.MonkeyPatch, name: str, fault: Fault
) -> None:
    for position in range(MOST_CALLS):
        # given a change of which one call fails
        stand_in.empty()
        attempt = ATTEMPTS[name]()
        with faulty(monkeypatch) as dynamodb:
            dynamodb.fail(position, fault)
            first = attempt.send({"Idempotency-Key": "key-1"})
            struck, struck_call = dynamodb.struck, dynamodb.struck_call
            dynamodb.heal()
            # then the response says correctly whether the change was made
            _check_response(first, attempt.done(), f"{fault} at call {position}")
            if fault in ("tried twice", "in progress"):
                assert first.status < 300, f"{fault} at call {position}: {first.text}"
            if fault == "overtaken" and "TransactWriteItems" in struck_call:
                assert first.status < 300, f"{fault} at call {position}: {first.text}"
            # and after a repeated request it was made once
            again = attempt.send({"Idempotency-Key": "key-1"})
            assert again.status < 300, f"{fault} at call {position}: {again.text}"
            assert attempt.done() == 1
            if first.status < 300 and again.headers.get("Idempotency-Replayed"):
                assert again.body == first.body
        if not struck:
            assert position > 1, "there are at least the account guard's call and a write"
            return
    raise AssertionError(f"more than {MOST_CALLS} calls")


def _check_response(answer: Answer, done: int, where: str) -> None:
    if answer.status < 300:
        assert done == 1, where
    else:
        assert (answer.status, answer.headers.get("Retry-After")) == (503, "1"), f"{where}: {answer.text}"
        assert done in (0, 1), where
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("position", range(5))
def test_given_a_lost_dynamodb_response_when_the_sdk_retries_then_the_change_is_made_once(
    monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    for name in ATTEMPTS:
        stand_in.empty()
        attempt = ATTEMPTS[name]()
        with faulty(monkeypatch) as dynamodb:
            dynamodb.fail(position, "tried twice")
            assert attempt.send({}).status < 300
            dynamodb.heal()
        assert attempt.done() == 1


@pytest.mark.parametrize("position", range(5))
def test_given_a_lost_response_and_a_rival_when_the_sdk_retries_then_the_change_is_made_once_or_its_outcome_is_open(
    monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    for name in ATTEMPTS:
        # given a change without an Idempotency-Key
        stand_in.empty()
        attempt = ATTEMPTS[name]()
        with faulty(monkeypatch) as dynamodb:
            # when a response is lost, and somebody else writes before the SDK repeats the call
            dynamodb.fail(position, "overtaken")
            answer = attempt.send({})
            struck_call = dynamodb.struck_call
            dynamodb.heal()
        # then it was made once, whatever was answered, and the answer is never 409 or 412
        where = f"{name} at call {position}, {struck_call}: {answer.text}"
        _check_response(answer, attempt.done(), where)
        if answer.status == 503:
            assert struck_call in ("PutItem", "UpdateItem"), where
        assert attempt.done() == 1 or answer.status == 503, where


def test_given_an_open_outcome_then_the_handler_does_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a change with one plain write, the third call
    attempt = edit_job()
    with faulty(monkeypatch) as dynamodb:
        position = _position_of_the_last_call(attempt, dynamodb)
    stand_in.empty()
    attempt = edit_job()
    with faulty(monkeypatch) as dynamodb:
        # when its response is lost, and somebody else writes before the repeat
        dynamodb.fail(position, "overtaken")
        answer = attempt.send({})
        calls = len(dynamodb.calls)
    # then there is no further call, and the client is told to look
    assert (answer.status, answer.headers["Retry-After"], calls) == (503, "1", position + 1)
    assert "not certain" in answer.body["detail"]
    assert attempt.done() == 1


def _position_of_the_last_call(attempt: Attempt, dynamodb: Faulty) -> int:
    dynamodb.calls.clear()
    assert attempt.send({}).status < 300
    return len(dynamodb.calls) - 1


def test_given_conflicting_transactions_when_they_end_then_the_change_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = accept_bid()
    with faulty(monkeypatch) as dynamodb:
        real, conflicts = dynamodb.real, []

        def contended(operation: str, request: Any) -> Any:
            if operation == "TransactWriteItems" and len(conflicts) < 3:
                conflicts.append(operation)
                error = refusal("TransactionCanceledException", operation)
                error.response["CancellationReasons"] = [{"Code": "TransactionConflict"}, {"Code": "None"}]  # type: ignore[typeddict-unknown-key]
                raise error
            return real(operation, request)

        dynamodb.real = contended
        assert attempt.send({}).status == 200
    assert (len(conflicts), attempt.done()) == (3, 1)
