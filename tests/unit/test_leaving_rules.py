"""What is in somebody's way who wants to leave, what stays of what they did, and who is told of it: rules alone."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.erasure import model as erasure
from khaya.erasure.model import Open
from khaya.exports import model as exports
from khaya.jobs.model import Cancellation, Contact, Job, Submission
from khaya.platform.base.changes import Change
from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import REMOVED
from khaya.profiles.model import FORMER_NAME, Profile
from tests.support.client import app

NOW, LATER = "2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z"


def test_nothing_open_is_in_nobodys_way() -> None:
    Open().require_nothing()


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("jobs", "job in progress"),
        ("withdrawals", "pending withdrawal"),
        ("escrows", "open escrow"),
        ("disputes", "open dispute"),
    ],
)
def test_what_is_open_is_named(kind: str, named: str) -> None:
    with pytest.raises(Conflict, match=named):
        Open(**{kind: 1}).require_nothing()


def test_a_profile_is_emptied_once() -> None:
    profile = Profile(
        user_id="a", display_name="Zodwa", bio="Hello.", trades=["tiling"], roles=["worker"], rating_sum=9
    )
    erased = profile.erased(NOW)
    assert (erased.display_name, erased.bio, erased.trades, erased.roles) == (FORMER_NAME, None, [], [])
    assert (erased.rating_sum, erased.erased_at, erased.version) == (9, NOW, profile.version + 1)
    assert erased.erased(LATER) is erased


def test_an_open_job_is_called_off_by_the_system_and_says_nothing_of_its_buyer() -> None:
    after = _job().anonymised("buyer", FORMER_NAME, LATER)
    assert (after.status, after.buyer_name, after.description, after.photos) == ("cancelled", FORMER_NAME, REMOVED, [])
    assert after.cancellation is not None
    assert after.cancellation.by == "system"
    assert after.anonymised("buyer", FORMER_NAME, LATER) is after


def test_what_a_worker_handed_in_stays_and_their_contact_goes() -> None:
    work = Submission(note="Done.", photos=["a"], submitted_at=NOW)
    contact = Contact(display_name="Zodwa", phone="+27831112233")
    quit_by_worker = Cancellation(reason="Call me on +27831112233.", by="worker", at=NOW)
    job = _job(status="cancelled", worker_id="w", submission=work, worker_contact=contact, cancellation=quit_by_worker)
    after = job.anonymised("worker", FORMER_NAME, LATER)
    assert after.submission == work
    assert after.worker_contact == Contact(display_name=FORMER_NAME)
    assert after.cancellation == Cancellation(reason=REMOVED, by="worker", at=NOW)
    assert after.buyer_name == "Sipho"
    assert after.anonymised("worker", FORMER_NAME, LATER) is after


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"status": "active"}, {"status": "erased"}, True),
        ({"status": "erased"}, {"status": "erased", "erasureRuns": 1}, True),
        ({"status": "erased", "erasureRuns": 1}, {"status": "erased", "erasureRuns": 1, "writes0": [1]}, False),
        ({"status": "erased"}, {"status": "erased", "erasureDoneAt": NOW}, False),
        ({"status": "active"}, {"status": "suspended"}, False),
    ],
)
def test_who_is_told_of_an_erasure(before: dict[str, Any], after: dict[str, Any], told: bool) -> None:
    change = Change("1", "users", {"userId": "a", **before}, {"userId": "a", **after}, NOW, None)
    assert erasure.news(change) == ({"group": "a", "userId": "a"} if told else None)


def test_an_export_is_told_of_once() -> None:
    item = {"userId": "export#a", "exportOf": "a", "exportId": "1", "exportStatus": "pending"}
    told = {"group": "a", "userId": "a", "exportId": "1"}
    assert exports.news(Change("1", "users", None, item, NOW, None)) == told
    assert exports.news(Change("1", "users", item, item, NOW, None)) is None
    assert exports.news(Change("1", "users", {**item, "exportId": "0"}, item, NOW, None)) == told
    assert exports.news(Change("1", "users", item, {**item, "exportStatus": "ready"}, NOW, None)) is None


def test_names_are_told_of_where_they_change() -> None:
    renamed = app("relay").renamed
    one, other = {"userId": "a", "displayName": "One"}, {"userId": "a", "displayName": "Other"}
    assert renamed(Change("1", "profiles", one, other, NOW, None)) == {"group": "a", "userId": "a"}
    assert renamed(Change("1", "profiles", one, {**one, "bio": "New."}, NOW, None)) is None
    assert renamed(Change("1", "profiles", None, one, NOW, None)) is None


def _job(**fields: Any) -> Job:
    made: dict[str, Any] = {
        "id": "1",
        "buyer_id": "b",
        "buyer_name": "Sipho",
        "title": "Fix a tap",
        "description": "Sipho's kitchen, second door.",
        "category": "plumbing",
        "budget_cents": 1000,
        "location": "Durban",
        "photos": ["x"],
        "expires_at": LATER,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Job(**(made | fields))
