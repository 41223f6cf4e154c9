"""After a job leaves `open`, all its pending bids are rejected with the right reason."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from khaya.bids import store
from khaya.platform.data import dynamo
from khaya.platform.data.writes import typed_item
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Context, Person, app
from tests.support.records import accept, place_bid, post_job
from tests.support.streams import follow
from tests.support.template import queue_url


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The requested sleeps, in seconds. No test sleeps."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def bids_of(job: str) -> dict[str, tuple[str, str | None]]:
    return {
        bid["workerId"]: (bid["status"], bid.get("rejectionReason"))
        for bid in stand_in.stored("bids")
        if bid.get("jobId") == job
    }


def job_with_bids(buyer: Person, number: int) -> tuple[str, dict[str, str]]:
    job = post_job(buyer)
    workers = [Person(f"worker-{one}", ("worker",)) for one in range(number)]
    return job, {worker.user_id or "": place_bid(worker, job) for worker in workers}


def deliver(*bodies: Any) -> list[str]:
    """Deliver messages to the function, and return the ids of the failed ones."""
    records = [
        {
            "messageId": str(number),
            "receiptHandle": "r",
            "body": body if isinstance(body, str) else json.dumps({"consumer": "bids", **body}),
            "attributes": {"MessageGroupId": str(number)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "awsRegion": "af-south-1",
        }
        for number, body in enumerate(bodies)
    ]
    answer = app("derived").handler({"Records": records}, Context())
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def test_given_an_acceptance_then_the_other_pending_bids_are_rejected(buyer: Person) -> None:
    job, bids = job_with_bids(buyer, 4)
    Person("worker-3", ("worker",)).post(f"/bids/{bids['worker-3']}/withdrawal")
    buyer.post(f"/bids/{bids['worker-2']}/rejection")
    accept(buyer, bids["worker-0"])
    follow("bids")
    assert bids_of(job) == {
        "worker-0": ("accepted", None),
        "worker-1": ("rejected", "other_bid_accepted"),
        "worker-2": ("rejected", "by_owner"),
        "worker-3": ("withdrawn", None),
    }
    rejected = Person("worker-1", ("worker",)).get(f"/bids/{bids['worker-1']}").body
    assert (rejected["rejectionReason"], rejected["decidedAt"]) == ("other_bid_accepted", "2026-11-21T08:00:00.000Z")


def test_given_a_cancelled_job_then_all_bids_are_rejected(buyer: Person) -> None:
    job, _ = job_with_bids(buyer, 3)
    buyer.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."})
    follow("bids")
    assert {*bids_of(job).values()} == {("rejected", "job_cancelled")}


def test_given_an_expired_job_then_all_bids_are_rejected(buyer: Person, clock: Clock) -> None:
    job, _ = job_with_bids(buyer, 3)
    clock.tick(days=30)
    assert app("job_expiry").handler({}, Context())["expired"] == 1
    follow("bids")
    assert {*bids_of(job).values()} == {("rejected", "job_expired")}


def test_given_an_accepted_bid_when_the_job_is_cancelled_then_it_stays_accepted(buyer: Person) -> None:
    job, bids = job_with_bids(buyer, 2)
    accept(buyer, bids["worker-0"])
    buyer.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."})
    follow("bids")
    assert bids_of(job)["worker-0"] == ("accepted", None)
    assert bids_of(job)["worker-1"][0] == "rejected"


def test_given_an_open_job_when_it_is_edited_then_no_bid_is_rejected(buyer: Person) -> None:
    job, _ = job_with_bids(buyer, 2)
    buyer.patch(f"/jobs/{job}", {"budgetCents": 60_000})
    follow("bids")
    assert deliver({"jobId": job}) == []
    assert {*bids_of(job).values()} == {("pending", None)}


def test_more_bids_than_a_page_are_all_rejected(buyer: Person) -> None:
    job, bids = job_with_bids(buyer, 103)
    accept(buyer, bids["worker-60"])
    follow("bids")
    states = [status for status, _ in bids_of(job).values()]
    assert (states.count("accepted"), states.count("rejected")) == (1, 102)


def test_a_repeated_message_changes_nothing(buyer: Person, clock: Clock) -> None:
    job, bids = job_with_bids(buyer, 3)
    accept(buyer, bids["worker-0"])
    follow("bids")
    before = stand_in.contents()
    clock.tick(hours=1)
    assert deliver({"jobId": job}, {"jobId": job}) == []
    assert stand_in.contents() == before


def test_a_message_for_an_unknown_job_succeeds() -> None:
    assert deliver({"jobId": "01JCZX3V9T6V5Y8Q2M4N7B1KDE"}) == []


@pytest.mark.parametrize("poison", ["not json", {"job": "x"}, {"jobId": None}, "null"])
def test_an_invalid_message_fails_alone(buyer: Person, poison: Any) -> None:
    job, bids = job_with_bids(buyer, 2)
    accept(buyer, bids["worker-0"])
    assert deliver(poison, {"jobId": job}, poison) == ["0", "2"]
    assert bids_of(job)["worker-1"][0] == "rejected"


def test_given_an_index_that_lags_then_it_is_read_again(
    buyer: Person, monkeypatch: pytest.MonkeyPatch, no_waiting: list[float]
) -> None:
    # given an index that lacks one bid in its first two reads
    job, bids = job_with_bids(buyer, 3)
    accept(buyer, bids["worker-0"])
    real, reads = store.all_on_job, []

    def behind(job_id: str) -> Any:
        reads.append(job_id)
        return real(job_id)[: 2 if len(reads) < 3 else None]

    monkeypatch.setattr(store, "all_on_job", behind)
    # when the message is handled, then all bids are rejected after the third read
    assert deliver({"jobId": job}) == []
    assert (len(reads), len(no_waiting)) == (3, 2)
    assert {status for status, _ in bids_of(job).values()} == {"accepted", "rejected"}


def test_given_an_index_that_keeps_lagging_then_the_message_returns_to_the_queue(
    buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, bids = job_with_bids(buyer, 3)
    other, _ = job_with_bids(buyer, 1)
    accept(buyer, bids["worker-0"])
    buyer.post(f"/jobs/{other}/cancellation", {"reason": "Not needed."})
    real = store.all_on_job
    monkeypatch.setattr(store, "all_on_job", lambda job_id: real(job_id)[: 2 if job_id == job else None])
    assert deliver({"jobId": job}, {"jobId": other}) == ["0"]
    assert bids_of(other)["worker-0"] == ("rejected", "job_cancelled")
    monkeypatch.undo()
    monkeypatch.setattr(time, "sleep", lambda _: None)
    assert deliver({"jobId": job}) == []
    assert [status for status, _ in bids_of(job).values()].count("rejected") == 2


def test_given_an_outdated_index_then_a_withdrawn_bid_does_not_count_as_decided(
    buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an index that shows a withdrawn bid as pending and lacks the newest bid
    job, bids = job_with_bids(buyer, 2)
    stale = store.all_on_job(job)
    Person("worker-1", ("worker",)).post(f"/bids/{bids['worker-1']}/withdrawal")
    place_bid(Person("worker-9", ("worker",)), job)
    accept(buyer, bids["worker-0"])
    real, reads = store.all_on_job, []

    def behind(job_id: str) -> Any:
        reads.append(job_id)
        return stale if len(reads) == 1 else real(job_id)

    monkeypatch.setattr(store, "all_on_job", behind)
    # when the message is handled
    assert deliver({"jobId": job}) == []
    # then the newest bid is rejected as well
    assert bids_of(job) == {
        "worker-0": ("accepted", None),
        "worker-1": ("withdrawn", None),
        "worker-9": ("rejected", "other_bid_accepted"),
    }


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("lost", [False, True], ids=["before", "after"])
def test_given_a_run_that_failed_half_way_then_the_next_one_completes_it(
    buyer: Person, monkeypatch: pytest.MonkeyPatch, position: int, lost: bool
) -> None:

    job, bids = job_with_bids(buyer, 4)
    accept(buyer, bids["worker-0"])
    real, calls = dynamo.client()._make_api_call, []

    def dying(operation: str, request: Any) -> Any:
        calls.append(operation)
        answer = real(operation, request) if lost or len(calls) != position + 1 else None
        if len(calls) == position + 1:
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 500}}, operation)  # type: ignore[typeddict-item]  # fmt: skip
        return answer

    monkeypatch.setattr(dynamo.client(), "_make_api_call", dying)
    assert deliver({"jobId": job}) == ["0"]
    assert deliver({"jobId": job}) == []
    assert [status for status, _ in bids_of(job).values()].count("rejected") == 3


# The stream dispatcher.


def stream_record(before: dict[str, Any] | None, after: dict[str, Any] | None, number: int = 1) -> dict[str, Any]:

    images = {"OldImage": before, "NewImage": after}
    return {
        "eventID": f"event-{number}",
        "eventName": "MODIFY",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": "arn:aws:dynamodb:af-south-1:123456789012:table/khaya-jobs-test-1/stream/2026",
        "dynamodb": {
            "ApproximateCreationDateTime": 1795248000,
            "Keys": typed_item({"id": (after or before or {})["id"]}),
            "SequenceNumber": str(number),
            **{name: typed_item(image) for name, image in images.items() if image is not None},
        },
    }


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The messages that the stream dispatcher sends, each with its queue."""
    from khaya.platform.aws import queues  # noqa: PLC0415 - after the environment is set

    messages: list[dict[str, Any]] = []

    class Queue:
        def send_message_batch(self, **request: Any) -> dict[str, Any]:
            if "job-poison" in request["Entries"][0]["MessageGroupId"]:
                raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, "SendMessageBatch")
            messages.extend({**entry, "QueueUrl": request["QueueUrl"]} for entry in request["Entries"])
            return {}

    monkeypatch.setattr(queues, "_client", Queue)
    return messages


def of_bids(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [one for one in messages if json.loads(one["MessageBody"])["consumer"] == "bids"]
    assert {one["QueueUrl"] for one in found} <= {queue_url("DerivedQueue")}
    return found


def moved(job: str, was: str = "open", becomes: str = "in_progress", number: int = 1) -> dict[str, Any]:
    at = "2026-11-21T08:00:00.000Z"
    item = {
        "id": job,
        "buyerId": "buyer-1",
        "title": "Fix a tap",
        "category": "plumbing",
        "location": "Durban",
        "payment": "cash",
        "version": 1,
        "workerId": "worker-1",
        "acceptedBidId": "bid-1",
        "agreedCents": 40_000,
        "timelineDays": 3,
        "acceptedAt": at,
        "completedAt": at,
        "cancellation": {"reason": "We moved.", "by": "buyer", "at": at},
    }
    return stream_record({**item, "status": was}, {**item, "status": becomes}, number)


def test_given_a_job_that_left_open_then_the_message_is_grouped_by_consumer_and_object_and_named_by_the_change(
    sent: list[dict[str, Any]],
) -> None:
    assert app("stream_dispatcher").handler({"Records": [moved("job-1")]}, Context()) == {"batchItemFailures": []}
    (message,) = of_bids(sent)
    assert json.loads(message["MessageBody"]) == {"consumer": "bids", "jobId": "job-1"}
    assert (message["MessageGroupId"], message["MessageDeduplicationId"]) == ("bids#job-1", "bids#event-1")


def test_given_an_event_then_records_gets_a_message_for_each_consumer_in_one_call(sent: list[dict[str, Any]]) -> None:
    app("stream_dispatcher").handler({"Records": [moved("job-1", becomes="cancelled")]}, Context())
    records = [one for one in sent if one["QueueUrl"] == queue_url("RecordsQueue")]
    assert [json.loads(one["MessageBody"])["consumer"] for one in records] == ["audit", "statistics", "event_bus"]
    # a group of a standard queue makes it a fair one
    assert [one["MessageGroupId"] for one in records] == ["audit", "statistics", "event_bus"]
    assert not any("MessageDeduplicationId" in one for one in records)


@pytest.mark.parametrize(
    "record",
    [moved("j", "open", "open"), moved("j", "in_progress", "completed"), moved("j", "in_progress", "cancelled")],
)
def test_other_transitions_send_no_rejection(sent: list[dict[str, Any]], record: dict[str, Any]) -> None:
    app("stream_dispatcher").handler({"Records": [record]}, Context())
    assert of_bids(sent) == []


def test_a_record_that_cannot_be_dispatched_fails_alone(sent: list[dict[str, Any]], clock: Clock) -> None:
    records = [moved("job-1", number=1), moved("job-poison", number=2), moved("job-3", number=3)]
    answer = app("stream_dispatcher").handler({"Records": records}, Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert [one["MessageGroupId"] for one in of_bids(sent)] == ["bids#job-1", "bids#job-3"]


def test_given_a_failed_change_then_later_changes_of_the_same_item_wait(
    sent: list[dict[str, Any]], clock: Clock
) -> None:
    # given three changes, the first of which a queue refuses
    broken = moved("job-poison", number=1)
    later = moved("job-poison", "in_progress", "completed", number=2)
    records = [broken, later, moved("job-3", number=3)]
    # when they are dispatched, then the later change of the same item waits, and the other item does not
    answer = app("stream_dispatcher").handler({"Records": records}, Context())
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["1", "2"]
    assert "job.completed" not in str(sent)
    assert "bids#job-3" in [one["MessageGroupId"] for one in sent]
