"""Events on the event bus: what subscribers get, and what happens to entries that the bus refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ConnectTimeoutError

from khaya.events.catalogue import KINDS
from khaya.platform.base import backoff
from local.events import DOCUMENT
from tests.support.client import Person
from tests.support.events import SentEvent, happened
from tests.support.events import deliver as deliver_to
from tests.support.faults import refusal
from tests.support.lives import EMAIL, MEMBER, NAME, PHONE, SIGNED, leave, live
from tests.support.records import post_job
from tests.support.stand_in import stored
from tests.support.streams import follow
from tests.support.template import function_environment

ADMIN = Person("admin-9", ("admin",))
BUS = function_environment()["EVENT_BUS_NAME"]


def deliver(*events: SentEvent | str) -> list[str]:
    return deliver_to("event_bus", *events)


class Bus:
    """The event bus, which can refuse entries and fail.

    Attributes:
        calls: the entries of each call.
        refused: by event id, how often it will be refused.
        broken: errors that the next calls raise.
        taken: the accepted entries.
    """

    def __init__(self) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self.refused: dict[str, int] = {}
        self.broken: list[Exception] = []
        self.taken: list[dict[str, Any]] = []

    def put(self, entries: list[dict[str, Any]], really: Callable[[list[dict[str, Any]]], Any]) -> dict[str, Any]:
        """Accept entries as EventBridge does, except those that are to be refused."""
        self.calls.append(entries)
        if self.broken:
            raise self.broken.pop(0)
        if sum(len(entry["Detail"].encode()) for entry in entries) > 256 * 1024:
            raise refusal("ValidationException", "PutEvents")
        results: list[dict[str, str]] = []
        for entry, event_id in zip(entries, ids_in(entries), strict=True):
            if self.refused.get(event_id, 0) > 0:
                self.refused[event_id] -= 1
                results.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "Slow."})
            else:
                results += really([entry])["Entries"]
                self.taken.append(entry)
        return {"FailedEntryCount": sum("ErrorCode" in one for one in results), "Entries": results}

    def got(self) -> list[str]:
        """The ids of the events accepted since the last call."""
        taken, self.taken = self.taken, []
        return ids_in(taken)


def ids_in(entries: list[dict[str, Any]]) -> list[str]:
    return [json.loads(entry["Detail"])["id"] for entry in entries]


def ids_of(*events: SentEvent) -> list[str]:
    return [one["id"] for one in events]


@pytest.fixture
def event_bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    """A bus in front of moto's, and pauses without delay."""
    bus = Bus()
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, request: Any) -> Any:
        if operation != "PutEvents":
            return original(client, operation, request)
        return bus.put(request["Entries"], lambda entries: original(client, operation, {"Entries": entries}))

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    monkeypatch.setattr(backoff, "sleep", lambda _: None)
    return bus


def test_an_event_is_published_without_its_audited_values(event_bus: Bus) -> None:
    # when an event is published
    event = happened()
    assert deliver(event) == []
    # then the entry has the bus, the source, the kind and the time of the event
    (entry,) = event_bus.taken
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == (BUS, "khaya", "job.cancelled")
    assert entry["Time"] == datetime(2026, 11, 21, tzinfo=UTC)
    # and the whole event except its audited values
    assert json.loads(entry["Detail"]) == {name: value for name, value in event.items() if name != "changes"}


def test_fields_without_a_value_are_left_out(event_bus: Bus) -> None:
    deliver(happened(actor=None))
    assert "actor" not in json.loads(event_bus.taken[0]["Detail"])


def test_a_whole_batch_is_one_call(event_bus: Bus) -> None:
    events = [happened(number) for number in range(10)]
    assert deliver(*events) == []
    assert [len(call) for call in event_bus.calls] == [10]
    assert event_bus.got() == ids_of(*events)


def test_calls_stay_within_the_limits_of_the_bus(event_bus: Bus) -> None:
    # given more events than a call may hold, and some that are too large for one call
    small = [happened(number) for number in range(11)]
    large = [happened(number, detail={"text": "€" * 40_000}) for number in range(20, 23)]
    # when they are published, then all are accepted
    assert deliver(*small, *large) == []
    assert [len(call) for call in event_bus.calls] == [10, 3, 1]
    assert event_bus.got() == ids_of(*small, *large)


def test_a_refused_entry_alone_is_sent_again(event_bus: Bus) -> None:
    # given a bus that refuses the second of three once
    events = [happened(number) for number in range(3)]
    event_bus.refused = {events[1]["id"]: 1}
    # when they are published, then none has failed
    assert deliver(*events) == []
    # and only the second was offered twice
    assert [ids_in(call) for call in event_bus.calls] == [ids_of(*events), ids_of(events[1])]
    assert sorted(event_bus.got()) == sorted(ids_of(*events))


def test_an_entry_that_is_always_refused_is_returned_alone(event_bus: Bus) -> None:
    # given a bus that always refuses the second of three
    events = [happened(number) for number in range(3)]
    event_bus.refused = {events[1]["id"]: 99}
    # when they are published, then only that one is returned
    assert deliver(*events) == ["1"]
    assert event_bus.got() == ids_of(events[0], events[2])
    # and when it is repeated, it is published
    event_bus.refused = {}
    assert deliver(events[1]) == []
    assert event_bus.got() == ids_of(events[1])


def test_the_log_has_the_reason_and_no_content_of_the_event(event_bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    event = happened()
    event_bus.refused = {event["id"]: 99}
    assert deliver(event) == ["0"]
    (record,) = [vars(one) for one in caplog.records if one.getMessage() == "event not published"]
    assert (record["event"], record["reason"]) == (event["id"], "ThrottlingException")
    assert "buyer-1" not in str(record)


@pytest.mark.parametrize(
    "trouble",
    [
        refusal("ThrottlingException", "PutEvents"),
        refusal("InternalException", "PutEvents", 500),
        refusal("ResourceNotFoundException", "PutEvents"),
        ConnectTimeoutError(endpoint_url="events"),
    ],
    ids=["throttled", "broken", "gone", "silent"],
)
def test_a_bus_that_is_down_loses_nothing(event_bus: Bus, trouble: Exception) -> None:
    # given a bus that fails every call
    events = [happened(number) for number in range(3)]
    event_bus.broken = [trouble] * 99
    # when events are published, then the batch is returned after three attempts
    assert deliver(*events) == ["0", "1", "2"]
    assert len(event_bus.calls) == 3
    assert event_bus.got() == []
    # and when the bus works again, all are published
    event_bus.broken = []
    assert deliver(*events) == []
    assert event_bus.got() == ids_of(*events)


def test_a_brief_outage_of_the_bus_is_retried(event_bus: Bus) -> None:
    event_bus.broken = [refusal("ThrottlingException", "PutEvents")]
    event = happened()
    assert deliver(event) == []
    assert event_bus.got() == ids_of(event)


@pytest.mark.parametrize(
    "poison", ["no JSON", "{}", "[]", '{"consumer":"event_bus"}', '{"consumer":"event_bus","event":{"id":"1"}}']
)
def test_an_unreadable_message_is_returned_alone(event_bus: Bus, poison: str) -> None:
    before, after = happened(1), happened(2)
    assert deliver(before, poison, after) == ["1"]
    assert event_bus.got() == ids_of(before, after)


def test_an_event_that_is_too_large_fails_alone(event_bus: Bus) -> None:
    small, huge, last = happened(1), happened(2, detail={"text": "x" * 300_000}), happened(3)
    assert deliver(small, huge, last) == ["1"]
    assert event_bus.got() == ids_of(small, last)


def test_an_event_twice_in_a_batch_is_published_once(event_bus: Bus) -> None:
    event = happened()
    assert deliver(event, event) == []
    assert event_bus.got() == ids_of(event)


def test_a_posted_job_is_published(event_bus: Bus, buyer: Person) -> None:
    # when a job is posted and the consumers have run
    job = post_job(buyer)
    follow()
    # then its event is on the bus
    (entry,) = [one for one in event_bus.taken if one["DetailType"] == "job.posted"]
    published = json.loads(entry["Detail"])
    assert published["object"] == f"jobs/{job}"
    assert published["detail"]["budgetCents"] == 50_000


def test_every_published_event_matches_its_schema_and_holds_no_personal_text(event_bus: Bus) -> None:
    # given a member who uses every feature, puts name, phone and e-mail into every text, and is erased
    ids = live()
    for answer in (
        MEMBER.post(f"/jobs/{ids['posted']}/cancellation", {"reason": SIGNED}),
        MEMBER.post(f"/bids/{ids['bid']}/withdrawal"),
        ADMIN.post(f"/reports/{ids['report']}/resolution", {"decision": "dismissed", "note": SIGNED}),
        ADMIN.post(f"/reviews/{ids['about']}/moderation", {"hidden": True, "reason": SIGNED}),
    ):
        assert answer.status == 200, answer.text
    assert leave(MEMBER).status == 204
    # when the consumers have run
    follow()
    # then every published event matches its schema
    kinds = {entry["DetailType"] for entry in event_bus.taken}
    assert kinds >= EXPECTED_KINDS
    for entry in event_bus.taken:
        published = json.loads(entry["Detail"])
        validator_of(entry["DetailType"]).validate(published)
        assert published["version"] == KINDS[entry["DetailType"]].VERSION
    # and neither they nor the audit trail hold the name or contacts
    for kept in (json.dumps(event_bus.taken, default=str), json.dumps(stored("audit"))):
        assert not [text for text in (NAME, *NAME.split(), PHONE, EMAIL) if text in kept]


EXPECTED_KINDS = {
    "bid.accepted",
    "bid.placed",
    "bid.rejected",
    "bid.withdrawn",
    "credits.booked",
    "job.accepted",
    "job.cancelled",
    "job.completed",
    "job.posted",
    "listing.created",
    "person.erased",
    "person.joined",
    "report.filed",
    "report.resolved",
    "review.moderated",
    "review.written",
    "story.moderated",
    "story.written",
}


def validator_of(kind: str) -> Any:
    """The validator of the published schema of a kind."""
    whole = json.loads(DOCUMENT.read_text())
    return jsonschema_rs.validator_for({"$ref": f"#/$defs/{kind}", "$defs": whole["$defs"]})


def test_a_schema_accepts_only_events_of_its_kind() -> None:
    event = {name: value for name, value in happened().items() if name != "changes"}
    validator_of("job.cancelled").validate(event)
    for wrong in ({"kind": "job.posted"}, {"version": 2}, {"at": "yesterday"}, {"id": "1"}, {"detail": {}}):
        assert not validator_of("job.cancelled").is_valid({**event, **wrong}), wrong
    assert validator_of("job.cancelled").is_valid({**event, "more": 1}), "fields may be added"
