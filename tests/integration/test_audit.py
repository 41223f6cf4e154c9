"""The audit trail: how entries are written, once each, and how admins read them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.backends import get_backend

from khaya.events.model import Event
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.events import SentEvent, happened
from tests.support.events import deliver as deliver_to
from tests.support.faults import FAULTS, Fault, faulty
from tests.support.money import approve, waiting_proposals
from tests.support.records import accept, list_materials, place_bid, post_job, profile, version_of
from tests.support.stand_in import pool_with, stored
from tests.support.streams import follow


def deliver(*events: SentEvent | str) -> list[str]:
    return deliver_to("audit", *events)


def read(admin: Person, **query: str) -> list[Any]:
    answer = admin.get("/admin/audit", query=query)
    assert answer.status == 200, answer.text
    items: list[Any] = answer.body["items"]
    return items


def every(admin: Person, **query: str) -> list[list[str]]:
    """The ids on each page."""
    pages: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        body = admin.get("/admin/audit", query={**query, **cursor}).body
        pages.append([one["id"] for one in body["items"]])
        if body["nextCursor"] is None:
            return pages
        cursor = {"cursor": body["nextCursor"]}


def changes_of(entries: list[Any], action: str) -> dict[str, tuple[Any, Any]]:
    (entry,) = [one for one in entries if one["action"] == action]
    return {one["field"]: (one["from"], one["to"]) for one in entry["changes"]}


# Writing


def test_an_audit_entry_shows_actor_object_time_and_changes(admin: Person) -> None:
    # given an event
    event = happened()
    # when it is audited
    assert deliver(event) == []
    # then an admin can read it
    assert read(admin) == [
        {
            "id": event["id"],
            "action": "job.cancelled",
            "object": {"kind": "jobs", "id": "job-1"},
            "actorId": "buyer-1",
            "at": "2026-11-21T00:00:00.000Z",
            "changes": [{"field": "status", "from": "open", "to": "cancelled"}],
        }
    ]


def test_every_kind_of_value_is_returned_unchanged(admin: Person) -> None:
    changes = {
        "status": [None, "open"],
        "budgetCents": [50_000, 60_000],
        "hidden": [False, True],
        "roles": [["buyer"], []],
        "releasedAt": ["2026-11-21T08:00:00.000Z", None],
    }
    deliver(happened(changes=changes))
    changes_seen = changes_of(read(admin), "job.cancelled")
    assert {name: [*pair] for name, pair in changes_seen.items()} == changes
    assert changes_seen["hidden"] == (False, True)
    assert changes_seen["hidden"][0] is False


def test_a_repeated_event_does_not_change_its_audit_entry(admin: Person) -> None:
    # given an entry
    event = happened()
    deliver(event, event)
    before = stored("audit")
    # when its event is repeated, even with other contents
    assert deliver(event) == []
    assert deliver({**event, "changes": {"status": ["open", "expired"]}, "actor": "somebody else"}) == []
    # then the entry is unchanged
    assert stored("audit") == before
    assert len(read(admin)) == 1


def test_audit_entries_are_ordered_by_the_time_of_their_events(admin: Person) -> None:
    first, second, third = (happened(number) for number in (1, 2, 3))
    deliver(third)
    deliver(first, second)
    assert [one["id"] for one in read(admin)] == [third["id"], second["id"], first["id"]]


@pytest.mark.parametrize(
    "poison", ["no JSON", "{}", "[]", '{"consumer":"audit"}', '{"consumer":"audit","event":{"id":"1"}}']
)
def test_an_unreadable_message_is_returned_alone(admin: Person, poison: str) -> None:
    # given an unreadable message between two of the same object
    before, after = happened(1), happened(2)
    # when the batch is handled, then only that one fails
    assert deliver(before, poison, after) == ["1"]
    assert [one["id"] for one in read(admin)] == [after["id"], before["id"]]


@pytest.mark.parametrize("fault", FAULTS)
def test_given_a_failing_write_then_each_audit_entry_is_written_once(
    admin: Person, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    # given a fault at the second of three writes
    events = [happened(number) for number in (1, 2, 3)]
    with faulty(monkeypatch) as dynamodb:
        dynamodb.fail(1, fault)
        failed = deliver(*events)
        dynamodb.heal()
    # then at most that message is returned
    assert failed == ([] if fault in ("tried twice", "in progress") else ["1"])
    # and when it is repeated, each entry exists once
    assert deliver(events[1]) == []
    assert [one["id"] for one in read(admin)] == [one["id"] for one in reversed(events)]


def test_an_unknown_actor_is_null(admin: Person) -> None:
    deliver(happened(actor=None))
    assert [one["actorId"] for one in read(admin, object="jobs/job-1")] == [None]


# Reading


@pytest.fixture
def trail() -> dict[str, list[str]]:
    """Ids, newest first, of 23 events on two objects by two actors."""
    events = [
        happened(number, object=f"jobs/job-{number % 2}", actor=f"person-{number % 3 % 2}") for number in range(23)
    ]
    for first in range(0, len(events), 10):
        assert deliver(*events[first : first + 10]) == []
    events.reverse()

    def ids(**wanted: str) -> list[str]:
        return [one["id"] for one in events if all(one[name] == value for name, value in wanted.items())]

    return {
        "all": ids(),
        "object": ids(object="jobs/job-0"),
        "actor": ids(actor="person-0"),
        "both": ids(object="jobs/job-0", actor="person-0"),
    }


@pytest.mark.parametrize(
    ("which", "query"),
    [
        ("all", {}),
        ("object", {"object": "jobs/job-0"}),
        ("actor", {"actor": "person-0"}),
        ("both", {"object": "jobs/job-0", "actor": "person-0"}),
    ],
)
def test_every_filter_gives_full_pages(
    admin: Person, trail: dict[str, list[str]], which: str, query: dict[str, str]
) -> None:
    # when it is read three entries at a time
    pages = every(admin, limit="3", **query)
    # then every page but the last is full, and together they hold everything
    assert {len(page) for page in pages[:-1]} <= {3}
    assert [line for page in pages for line in page] == trail[which]
    assert len(trail["both"]) < len(trail["object"]) < len(trail["all"])


def test_a_cursor_belongs_to_its_filters_and_its_reader(admin: Person, trail: dict[str, list[str]]) -> None:
    cursor = admin.get("/admin/audit", query={"object": "jobs/job-0", "limit": "3"}).body["nextCursor"]
    assert admin.get("/admin/audit", query={"object": "jobs/job-0", "cursor": cursor}).status == 200
    for query in ({}, {"object": "jobs/job-1"}, {"actor": "person-0"}, {"object": "jobs/job-0", "actor": "person-0"}):
        assert admin.get("/admin/audit", query={**query, "cursor": cursor}).status == 400, query
    other = Person("admin-2", ("admin",))
    assert other.get("/admin/audit", query={"object": "jobs/job-0", "cursor": cursor}).status == 400


def test_an_unknown_object_or_actor_has_no_audit_entries(admin: Person, trail: dict[str, list[str]]) -> None:
    assert read(admin, object="jobs/nothing") == []
    assert read(admin, actor="nobody") == []
    assert read(admin, object="jobs/job-1", actor="nobody") == []


@pytest.mark.parametrize(
    ("name", "value"), [("object", "job-1"), ("object", ""), ("object", "jobs/"), ("object", "jobs/a b"), ("actor", "")]
)
def test_an_invalid_filter_is_refused_by_its_field(admin: Person, name: str, value: str) -> None:
    answer = admin.get("/admin/audit", query={name: value})
    assert (answer.status, answer.fields) == (422, {name})


@pytest.mark.parametrize("roles", [("buyer",), ("worker", "seller"), ()])
def test_only_admins_read_the_audit_trail(roles: tuple[str, ...]) -> None:
    deliver(happened(actor="person"))
    assert Person("person", roles).get("/admin/audit", query={"actor": "person"}).status == 403


# Events of requests


def test_a_jobs_events_are_audited_without_any_text(admin: Person, buyer: Person, worker: Person, clock: Clock) -> None:
    # given a job that is posted, bid on, accepted and done
    job = post_job(buyer)
    clock.tick(minutes=1)
    bid = place_bid(worker, job)
    clock.tick(minutes=1)
    accept(buyer, bid)
    clock.tick(minutes=1)
    assert buyer.post(f"/jobs/{job}/completion").status == 200
    follow("audit")
    # then the job's entries are listed newest first
    lines = read(admin, object=f"jobs/{job}")
    assert [(one["action"], one["actorId"]) for one in lines] == [
        ("job.completed", "buyer-1"),
        ("job.accepted", "buyer-1"),
        ("job.posted", "buyer-1"),
    ]
    assert changes_of(lines, "job.completed") == {"status": ("in_progress", "completed")}
    accepted = changes_of(lines, "job.accepted")
    assert accepted["status"] == ("open", "in_progress")
    assert (accepted["workerId"], accepted["agreedCents"]) == ((None, "worker-1"), (None, 40_000))
    # and each person's actions are listed by actor
    assert [one["action"] for one in read(admin, actor="worker-1")] == ["bid.placed"]
    # and they hold no text that people wrote
    kept = json.dumps(stored("audit"))
    for text in ("leaking", "drips", "tomorrow", "Durban"):
        assert text not in kept


def test_an_edited_budget_is_audited_and_an_edited_title_is_not(admin: Person, buyer: Person) -> None:
    job = post_job(buyer)
    assert buyer.patch(f"/jobs/{job}", {"title": "Fix two leaking taps"}).status == 200
    follow("audit")
    assert [one["action"] for one in read(admin, object=f"jobs/{job}")] == ["job.posted"]
    assert buyer.patch(f"/jobs/{job}", {"budgetCents": 60_000}).status == 200
    follow("audit")
    edited = read(admin, object=f"jobs/{job}")
    assert changes_of(edited, "job.edited") == {"budgetCents": (50_000, 60_000)}


def test_a_moderation_is_audited_with_the_admin(admin: Person, seller: Person) -> None:
    profile("seller-1", roles=["seller"])
    listing = list_materials(seller)
    answer = admin.post(
        f"/listings/{listing}/moderation",
        {"version": version_of("listings", listing), "decision": "reject", "reason": "Not bricks at all."},
    )
    assert answer.status == 200, answer.text
    follow("audit")
    lines = read(admin, object=f"listings/{listing}", actor="admin-1")
    assert "listing.moderated" in [one["action"] for one in lines]
    assert "Not bricks" not in json.dumps(stored("audit"))


def test_decisions_about_people_are_audited_with_values_before_and_after(
    admin: Person, buyer: Person, clock: Clock
) -> None:
    # given a person who is suspended, reinstated and made an admin
    pool_with(admin, buyer)
    profile("buyer-1", roles=["buyer"])
    profile("admin-1", roles=["admin"])
    for changes in ({"status": "suspended"}, {"status": "active"}, {"admin": True}):
        clock.tick(minutes=1)
        answer = admin.patch("/admin/users/buyer-1", {"reason": "A good reason.", **changes})
        assert answer.status == 200, answer.text
    follow("audit")
    # then each decision has its admin and values before and after
    lines = [one for one in read(admin, object="people/buyer-1") if one["actorId"] == "admin-1"]
    assert changes_of(lines, "person.suspended") == {"status": ("active", "suspended")}
    assert changes_of(lines, "person.reinstated") == {"status": ("suspended", "active")}
    assert changes_of(lines, "person.made_admin")["admin"] == (False, True)
    assert "A good reason" not in json.dumps(stored("audit"))


def test_adjustments_are_audited_with_both_admins(admin: Person) -> None:
    # given an adjustment that needs two admins
    profile("worker-1", roles=["worker"])
    asked = {"userId": "worker-1", "amountCents": 600_000, "reason": "Paid twice for one job."}
    assert admin.post("/credits/adjustments", asked, headers={"Idempotency-Key": "1"}).status == 202
    (proposal,) = waiting_proposals(admin)
    assert approve(proposal["id"], Person("admin-2", ("admin",))).status == 200
    follow("audit")
    # then both admins, the amount and the balance are audited
    (proposed,) = read(admin, actor="admin-1")
    assert proposed["action"] == "adjustment.proposed"
    booked = read(admin, actor="admin-2")
    assert changes_of(booked, "credits.booked")["amountCents"] == (None, 600_000)
    assert changes_of(booked, "credits.booked")["balanceAfterCents"] == (None, 600_000)
    assert "Paid twice" not in json.dumps(stored("audit"))


def test_an_erased_person_remains_in_the_audit_trail_by_id_only(admin: Person, buyer: Person) -> None:
    # given an erased person with earlier actions
    pool_with(buyer)
    profile("buyer-1", roles=["buyer"], display_name="Thandi Nkosi", phone="+27820000001")
    job = post_job(buyer)
    buyer.post(f"/jobs/{job}/cancellation", {"reason": "I am moving away."})
    assert buyer.delete("/profiles/me").status == 204
    follow("audit")
    # then their actions and the erasure are still listed
    actions = [one["action"] for one in read(admin, actor="buyer-1")]
    assert {"job.posted", "job.cancelled"} <= {*actions}
    assert "person.erased" in [one["action"] for one in read(admin, object="people/buyer-1")]
    # and no entry holds their name or phone
    kept = json.dumps(stored("audit"))
    for text in ("Thandi", "27820000001", "moving"):
        assert text not in kept


def test_a_stream_record_delivered_twice_is_one_audit_entry(admin: Person, buyer: Person) -> None:
    # given a change whose stream record is delivered twice

    post_job(buyer)
    tables: Any = get_backend("dynamodb")[stand_in.ACCOUNT][stand_in.REGION].tables
    shard = tables[stand_in.function_environment()["JOBS_TABLE"]].stream_shard
    again = [*shard.items]
    follow("audit")
    shard.items.extend(again)
    follow("audit")
    # then there is one entry
    assert [one["action"] for one in read(admin, actor="buyer-1")] == ["job.posted"]


def test_an_event_of_the_stream_dispatcher_is_valid() -> None:
    assert Event.model_validate(happened()).changes == {"status": ("open", "cancelled")}


def test_start_and_submission_are_audited(admin: Person, buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    accept(buyer, place_bid(worker, job))
    assert worker.post(f"/jobs/{job}/start").status == 200
    assert worker.post(f"/jobs/{job}/submission", {"note": "All done."}).status == 200
    follow("audit")
    lines = read(admin, object=f"jobs/{job}", actor="worker-1")
    assert {one["action"] for one in lines} == {"job.started", "job.submitted"}
    assert "All done" not in json.dumps(stored("audit"))
