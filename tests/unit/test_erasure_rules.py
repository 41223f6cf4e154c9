"""Rules of erasures: what prevents them, what they remove from items, and the messages about changes."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.erasure.model import OpenItems
from khaya.jobs.model import Cancellation, Contact, Job, Submission
from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import REMOVED
from khaya.profiles.model import FORMER_NAME, Profile

NOW, LATER = "2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z"


def test_given_nothing_open_then_an_erasure_is_allowed() -> None:
    OpenItems().require_none()


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("jobs", "job in progress"),
        ("withdrawals", "pending withdrawal"),
        ("escrows", "open escrow"),
        ("disputes", "open dispute"),
    ],
)
def test_given_an_open_item_then_the_refusal_names_it(kind: str, named: str) -> None:
    with pytest.raises(Conflict, match=named):
        OpenItems(**{kind: 1}).require_none()


def test_erasing_a_profile_is_idempotent() -> None:
    profile = Profile(
        user_id="a", display_name="Zodwa", bio="Hello.", trades=["tiling"], roles=["worker"], rating_sum=9
    )
    erased = profile.erased(NOW)
    assert (erased.display_name, erased.bio, erased.trades, erased.roles) == (FORMER_NAME, None, [], [])
    assert (erased.rating_sum, erased.erased_at, erased.version) == (9, NOW, profile.version + 1)
    assert erased.erased(LATER) is erased


def test_given_an_open_job_when_its_buyer_is_erased_then_it_is_cancelled_without_personal_data() -> None:
    after = _job().anonymised("buyer", FORMER_NAME, LATER)
    assert (after.status, after.buyer_name, after.description, after.photos) == ("cancelled", FORMER_NAME, REMOVED, [])
    assert after.cancellation is not None
    assert after.cancellation.by == "system"
    assert after.anonymised("buyer", FORMER_NAME, LATER) is after


def test_given_submitted_work_when_the_worker_is_erased_then_the_work_stays_without_contact() -> None:
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
