"""Stream records that cannot be dispatched: they are parked whole, and replayed by the operator's command."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from khaya.notifications import store as notifications
from khaya.platform.aws import files, queues
from khaya.platform.base.errors import Unavailable
from khaya.statistics import store as statistics
from operations.parked_records import ParkedRecords
from tests.conftest import Clock
from tests.integration.test_pending_bids import moved
from tests.support import stand_in, streams
from tests.support.client import Context, Person, app
from tests.support.records import accept, place_bid, post_job
from tests.support.template import function_environment, queue_url, resources

OWNER = Person("owner", ("buyer",))
RETRIED = 300


class Functions:
    """A client of Lambda that calls the stream dispatcher and the repair in this process."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.breaks = False

    def invoke(self, FunctionName: str, Qualifier: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - Lambda's names
        assert Qualifier == "live"
        event = json.loads(Payload)
        if FunctionName == "khaya-repair-test":
            report = app("repair").handler(event, Context())
            return {"Payload": io.BytesIO(json.dumps(report).encode())}
        assert FunctionName == "khaya-stream-dispatcher-test"
        self.calls.append(len(event["Records"]))
        if self.breaks:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no module"}')}
        answer = app("stream_dispatcher").handler(event, Context())
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


def parked_records_of(functions: Functions) -> ParkedRecords:
    bucket = function_environment()["MEDIA_BUCKET"]
    names = ("khaya-stream-dispatcher-test", "khaya-repair-test")
    return ParkedRecords(stand_in.client("s3"), functions, bucket, *names)


class Queues:
    """A client of SQS that can be out of order; it keeps what was sent."""

    def __init__(self) -> None:
        self.broken = True
        self.sent: list[dict[str, Any]] = []

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        if self.broken and request["QueueUrl"] == queue_url("DerivedQueue"):
            raise ClientError({"Error": {"Code": "QueueDoesNotExist", "Message": ""}}, "SendMessageBatch")
        self.sent += [json.loads(entry["MessageBody"]) for entry in request["Entries"]]
        return {}

    def of(self, consumer: str) -> list[dict[str, Any]]:
        return [body for body in self.sent if body["consumer"] == consumer]


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Queues:
    made = Queues()
    monkeypatch.setattr(queues, "_client", lambda: made)
    return made


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def parked(functions: Functions) -> ParkedRecords:
    return parked_records_of(functions)


def dispatch(*records: dict[str, Any], milliseconds: int = 60_000) -> list[str]:
    """Give the dispatcher a batch; returns the sequence numbers of the failed records."""
    answer = app("stream_dispatcher").handler({"Records": [*records]}, Context(milliseconds))
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def test_given_a_queue_out_of_order_when_a_record_was_tried_for_five_minutes_then_it_is_parked_whole(
    sqs: Queues, parked: ParkedRecords, clock: Clock
) -> None:
    # given a record that cannot be dispatched
    record = moved("job-1")
    clock.tick(seconds=RETRIED - 1)
    assert dispatch(record) == ["1"]
    assert parked.files() == []
    # when it was tried for five minutes
    clock.tick(seconds=1)
    # then it counts as handled, and is parked with both images
    assert dispatch(record) == []
    (found,) = parked.read(parked.files())
    assert found.content["record"] == record
    assert found.content["table"] == "khaya-jobs-test-1"
    assert found.content["keys"] == {"id": {"S": "job-1"}}
    assert found.content["error"] == "Unavailable"
    assert found.content["parkedAt"] == "2026-11-21T08:05:00.000Z"


@pytest.mark.parametrize(
    "damage",
    [
        {"NewImage": {"id": {"S": "job-1"}, "status": {"S": "in_progress"}}},
        {"NewImage": {"id": {"X": "job-1"}}},
        {"NewImage": {"id": {"S": "job-1"}, "lastWrite": {"S": "nothing"}}},
    ],
    ids=["without fields", "unknown type", "broken write token"],
)
def test_a_record_that_cannot_be_read_is_parked_at_once_and_the_others_go_on(
    sqs: Queues, parked: ParkedRecords, clock: Clock, damage: dict[str, Any]
) -> None:
    sqs.broken = False
    broken = moved("job-1", number=1)
    broken["dynamodb"] |= damage
    assert dispatch(broken, moved("job-2", number=2)) == []
    assert [one.content["record"] for one in parked.read(parked.files())] == [broken]
    assert [body["jobId"] for body in sqs.of("bids")] == ["job-2"]


def test_given_a_record_of_800_kilobytes_then_it_is_parked_whole(
    sqs: Queues, parked: ParkedRecords, clock: Clock
) -> None:
    record = moved("job-1")
    for image in ("OldImage", "NewImage"):
        record["dynamodb"][image]["description"] = {"S": "é" * 200_000}
    clock.tick(seconds=RETRIED)
    assert dispatch(record) == []
    assert next(parked.read(parked.files())).content["record"] == record


def test_given_no_place_to_park_then_the_record_fails_and_comes_again(
    sqs: Queues, parked: ParkedRecords, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable

    clock.tick(seconds=RETRIED)
    with monkeypatch.context() as broken:
        broken.setattr(files, "put", refuse)
        later = moved("job-1", "in_progress", "completed", number=2)
        assert dispatch(moved("job-1", number=1), later) == ["1", "2"]
    assert dispatch(moved("job-1", number=1)) == []
    assert len(parked.files()) == 1


def test_without_time_left_records_are_not_begun_and_not_parked(
    sqs: Queues, parked: ParkedRecords, clock: Clock
) -> None:
    clock.tick(days=1)
    assert dispatch(moved("job-1"), milliseconds=19_000) == ["1"]
    assert parked.files() == []


def test_given_a_parked_record_then_later_changes_of_the_same_item_are_dispatched(
    sqs: Queues, parked: ParkedRecords, clock: Clock
) -> None:
    clock.tick(seconds=RETRIED)
    assert dispatch(moved("job-1", number=1)) == []
    sqs.broken = False
    assert dispatch(moved("job-1", "in_progress", "completed", number=2)) == []
    assert len(parked.files()) == 1
    assert sqs.of("audit") != []


def test_given_parked_records_when_they_are_replayed_in_order_then_each_is_sent_once_and_none_is_left(
    sqs: Queues, parked: ParkedRecords, functions: Functions, clock: Clock
) -> None:
    # given records of two items, parked out of order; sequence numbers are numbers, not texts
    clock.tick(seconds=RETRIED)
    for job, number in (("job-3", 100), ("job-2", 99), ("job-1", 7)):
        assert dispatch(moved(job, number=number)) == []
    # when the queue is mended, and they are replayed
    sqs.broken = False
    report = parked.replay()
    # then they were sent in the order of the changes
    assert [body["jobId"] for body in sqs.of("bids")] == ["job-1", "job-2", "job-3"]
    assert (len(report.replayed), report.failed, functions.calls) == (3, [], [3])
    assert parked.files() == []
    assert (
        stand_in.client("s3").list_object_versions(Bucket=function_environment()["MEDIA_BUCKET"]).get("Versions", [])
        == []
    ), "no former version keeps the personal data"
    # and a second replay has nothing to do
    assert parked.replay().replayed == []


def test_given_records_that_fail_again_when_they_are_replayed_then_they_are_kept_and_named(
    sqs: Queues, parked: ParkedRecords, functions: Functions, clock: Clock
) -> None:
    # given one record that cannot be read, and one whose cause was mended
    broken = moved("job-1", number=1)
    broken["dynamodb"]["NewImage"] = {"id": {"S": "job-1"}, "status": {"S": "in_progress"}}
    clock.tick(seconds=RETRIED)
    assert dispatch(broken, moved("job-2", number=2)) == []
    sqs.broken = False
    # when they are replayed, then one is left, as it was
    report = parked.replay()
    assert [file.rpartition("-")[2] for file in report.failed] == ["1.json"]
    assert [file.rpartition("-")[2] for file in report.replayed] == ["2.json"]
    assert [one.content["record"] for one in parked.read(parked.files())] == [broken]
    # and a dispatcher that is broken itself loses nothing
    functions.breaks = True
    assert parked.replay().failed == parked.files() != []


def test_one_named_record_is_replayed_alone(sqs: Queues, parked: ParkedRecords, clock: Clock) -> None:
    clock.tick(seconds=RETRIED)
    assert dispatch(moved("job-1", number=1), moved("job-2", number=2)) == []
    sqs.broken = False
    first, second = parked.files()
    assert parked.replay([second]).replayed == [second]
    assert parked.files() == [first]
    assert [body["jobId"] for body in sqs.of("bids")] == ["job-2"]


def test_many_records_are_replayed_in_several_calls(
    sqs: Queues, parked: ParkedRecords, functions: Functions, clock: Clock
) -> None:
    clock.tick(seconds=RETRIED)
    assert dispatch(*[moved(f"job-{number}", number=number) for number in range(1, 131)]) == []
    sqs.broken = False
    assert len(parked.replay().replayed) == 130
    assert functions.calls == [100, 30]


def test_given_a_broken_consumer_when_it_is_mended_and_records_are_replayed_then_losing_bids_are_rejected_once(
    parked: ParkedRecords, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an accepted bid whose change could not be dispatched
    def broken(change: Any) -> None:
        raise KeyError(change.resource)

    job = post_job(OWNER)
    winner, loser = (place_bid(Person(name, ("worker",)), job) for name in ("worker-1", "worker-2"))
    streams.follow()
    accept(OWNER, winner)
    with monkeypatch.context() as patch:
        patch.setitem(app("stream_dispatcher").CONSUMERS_OF_CHANGES, "bids", ("derived", broken))
        streams.dispatch_all()
    assert Person("worker-2", ("worker",)).get(f"/bids/{loser}").body["status"] == "pending"
    assert parked.files() != []
    # when the consumer is mended, and the records are replayed twice
    assert parked.replay().failed == []
    assert parked.replay().replayed == []
    streams.follow()
    # then the bid was rejected, and that is in the audit trail once
    assert Person("worker-2", ("worker",)).get(f"/bids/{loser}").body["rejectionReason"] == "other_bid_accepted"
    recorded = [row["action"] for row in stand_in.stored("audit") if row["object"] == f"bids/{loser}"]
    assert sorted(recorded) == ["bid.placed", "bid.rejected"]


def test_parked_records_expire_before_the_marks_by_which_consumers_know_a_repeated_event() -> None:
    rules = resources("AWS::S3::Bucket")["MediaBucket"]["LifecycleConfiguration"]["Rules"]
    (rule,) = (one for one in rules if one["Id"] == "parked-records")
    days_in_a_stream, days_of_deletion = 1, 2  # a rule of S3 runs once a day
    longest = days_in_a_stream + rule["ExpirationInDays"] + days_of_deletion
    assert longest < min(statistics.COUNTED_DAYS, notifications.COUNTED_DAYS)
