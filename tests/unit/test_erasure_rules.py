"""Rules of erasures: what prevents them, what they remove from items, and the messages about changes."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.erasure.model import OpenItems
from khaya.jobs.model import Job
from khaya.platform.base.errors import Conflict
from khaya.profiles.model import FORMER_NAME, Profile

NOW, LATER = "2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z"


def test_given_nothing_open_then_an_erasure_is_allowed() -> None:
    OpenItems().require_none()


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("jobs", "job in progress"),
        ("withdrawals", "pending withdrawal"),
        ("payouts", "payout"),
        ("refunds", "refund"),
        ("chargebacks", "chargeback"),
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


def test_given_an_open_job_when_its_buyer_is_erased_then_the_system_cancels_it() -> None:
    after = _job().abandoned(LATER)
    assert after.status == "cancelled"
    assert after.cancellation is not None
    assert after.cancellation.by == "system"


@pytest.mark.parametrize("status", ["completed", "cancelled", "expired"])
def test_given_a_job_that_has_ended_then_it_cannot_be_abandoned(status: str) -> None:
    with pytest.raises(Conflict):
        _job(status=status).abandoned(LATER)


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
