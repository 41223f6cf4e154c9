"""The counts that events change: equal in any order, by South African days."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from pydantic import ValidationError

from khaya.events.catalogue import KINDS
from khaya.events.model import Event
from khaya.platform.base import clock
from khaya.statistics.model import DailyCounts, Totals, counts_by_day, counts_of, is_counted, sum_counts, totals_in

AT = "2026-11-21T08:00:00.000Z"
JOB = {"jobId": "j", "buyerId": "b", "workerId": "w"}
ACCEPTED = {
    **JOB,
    "bidId": "x",
    "agreedCents": 40_000,
    "timelineDays": 3,
    "payment": "cash",
    "acceptedAt": AT,
    "dueAt": AT,
}
COMPLETED = {**JOB, "agreedCents": 40_000, "payment": "cash", "completedAt": AT}
POSTED = {
    "jobId": "j",
    "buyerId": "b",
    "category": "other",
    "location": "Durban",
    "budgetCents": 5000,
    "payment": "cash",
}
LISTING = {"listingId": "l", "sellerId": "s", "category": "bricks"}
REVIEW = {"reviewId": "r", "jobId": "j", "reviewerId": "b", "subjectId": "w", "subjectRole": "worker", "rating": 4}
STORY = {"storyId": "s", "authorId": "a"}
REFERRAL = {"referralId": "r", "referrerId": "a", "referredId": "b"}
REPORT = {"reportId": "r", "kind": "job", "reportedId": "j", "reporterId": "b"}


def event(kind: str, at: str = AT, changes: Any = None, /, **detail: Any) -> Event:
    return Event(id=f"{kind}{at}", kind=kind, version=1, at=at, object="x/y", detail=detail, changes=changes or {})


def booked(kind: str, cents: int) -> Event:
    return event(
        "credits.booked", entryId="e", userId="u", type=kind, amountCents=cents, balanceAfterCents=0, source="s"
    )


def withdrawal(state: str) -> Event:
    return event(f"withdrawal.{state}", entryId="e", userId="u", amountCents=-20_000)


def totals(*events: Event) -> dict[str, int]:
    return totals_in(sum_counts(map(counts_of, events)))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("job.posted", **POSTED)], {"jobsOpen": 1}),
        (
            [event("job.posted", **POSTED), event("job.accepted", **ACCEPTED)],
            {"jobsInProgress": 1, "agreedCents": 40_000},
        ),
        (
            [event("job.posted", **POSTED), event("job.accepted", **ACCEPTED), event("job.completed", **COMPLETED)],
            {"jobsCompleted": 1, "agreedCents": 40_000, "completedCents": 40_000},
        ),
        (
            [event("job.posted", **POSTED), event("job.cancelled", jobId="j", buyerId="b", by="b", was="open")],
            {"jobsCancelled": 1},
        ),
        (
            [
                event("job.posted", **POSTED),
                event("job.accepted", **ACCEPTED),
                event("job.cancelled", **JOB, by="b", was="in_progress"),
            ],
            {"jobsCancelled": 1, "agreedCents": 40_000},
        ),
        (
            [event("job.posted", **POSTED), event("job.expired", jobId="j", buyerId="b", bidCount=0)],
            {"jobsExpired": 1},
        ),
        (
            [
                event("listing.created", **LISTING, status="pending"),
                event("listing.moved", **LISTING, was="pending", status="active"),
            ],
            {"listingsActive": 1},
        ),
        (
            [event("review.written", **REVIEW), event("review.moderated", **REVIEW, hidden=True)],
            {},
        ),
        (
            [
                event("review.written", **REVIEW),
                event("review.moderated", **REVIEW, hidden=True),
                event("review.moderated", **REVIEW, hidden=False),
            ],
            {"reviews": 1, "ratingSum": 4},
        ),
        ([event("report.filed", **REPORT), event("report.resolved", **REPORT, decision="dismissed")], {}),
        (
            [
                event("story.written", **STORY, type="tip"),
                event(
                    "story.moderated",
                    AT,
                    {"status": ["pending", "approved"]},
                    **STORY,
                    decision="approve",
                    featured=False,
                ),
                event("story.moderated", AT, {"featured": [False, True]}, **STORY, decision="approve", featured=True),
            ],
            {"storiesApproved": 1},
        ),
        ([event("story.written", **STORY, type="tip"), event("story.removed", **STORY, was="pending")], {}),
        (
            [
                event("referral.applied", **REFERRAL),
                event("referral.completed", **REFERRAL),
                event("referral.rewarded", **REFERRAL),
            ],
            {"referralsRewarded": 1},
        ),
        ([booked("referral", 5000), booked("bonus", 25_000), booked("adjustment", 700)], {"rewardsPaidCents": 30_000}),
        (
            [withdrawal("requested"), withdrawal("paid")],
            {"withdrawalsPaid": 1, "withdrawalsPaidCents": 20_000},
        ),
        ([withdrawal("requested"), withdrawal("failed")], {"withdrawalsFailed": 1}),
        (
            [
                event("person.joined", userId="u"),
                event("person.verified", userId="u", verified=True),
                event("person.erased", userId="u", verified=True),
            ],
            {},
        ),
        (
            [
                event("person.joined", userId="u"),
                event("person.suspended", userId="u"),
                event("person.reinstated", userId="u"),
                event("person.erased", userId="u"),
            ],
            {},
        ),
    ],
)
def test_events_in_any_order_give_the_same_totals(events: list[Event], expected: dict[str, int]) -> None:
    for order in itertools.permutations(events):
        assert totals(*order) == expected


def test_events_are_counted_by_south_african_days() -> None:
    # given a job a millisecond before midnight in Durban, one at midnight, and one late in the evening by UTC
    moments = ("2026-11-20T21:59:59.999Z", "2026-11-20T22:00:00.000Z", "2026-11-21T21:59:59.999Z")
    days = counts_by_day([event("job.posted", at, **POSTED) for at in moments])
    # then the last two count on one day
    assert days == {"2026-11-20": {"jobsPosted": 1}, "2026-11-21": {"jobsPosted": 2}}


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-12-31T21:59:59.999Z", "2026-12-31"),
        ("2026-12-31T22:00:00.000Z", "2027-01-01"),
        ("2028-02-28T22:00:00.000Z", "2028-02-29"),
        ("2026-06-21T22:00:00.000Z", "2026-06-22"),
        ("2026-03-29T21:59:59.999Z", "2026-03-29"),
    ],
)
def test_a_south_african_day_begins_at_22_00_utc_all_year(moment: str, day: str) -> None:
    assert clock.local_day(moment) == day


def test_days_before_cross_months_and_leap_years() -> None:
    assert clock.days_before("2028-03-01", 3) == ["2028-02-27", "2028-02-28", "2028-02-29"]


def test_an_incomplete_event_is_refused() -> None:
    with pytest.raises(ValidationError):
        counts_of(event("job.accepted", jobId="j"))
    with pytest.raises(ValueError, match="listingsLost"):
        counts_of(event("listing.created", **LISTING, status="lost"))


def test_an_event_without_a_rule_is_not_counted() -> None:
    assert not is_counted(event("job.edited", jobId="j", buyerId="b"))
    assert counts_of(event("job.edited", jobId="j", buyerId="b")) == {}
    known = {kind for kind in KINDS if is_counted(event(kind))}
    assert {"job.posted", "bid.placed", "credits.booked", "person.joined"} <= known


def test_a_shard_of_counts_fits_into_one_write_unit() -> None:
    """A shard is one item of at most 1 KB, so that an update costs one write unit."""
    for shape in (Totals, DailyCounts):
        names = [field.alias or name for name, field in shape.model_fields.items()]
        assert sum(len(name) + 8 for name in names) + 120 < 1024
