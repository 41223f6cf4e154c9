"""The counts that each kind of event changes. Counts are sums, so the order of events does not matter."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from khaya.events.catalogue import KINDS
from khaya.events.model import Event
from khaya.ledger.model import REWARDS
from khaya.platform.base import clock
from khaya.platform.base.errors import FieldProblem, Invalid
from khaya.platform.base.models import Model, item_of
from khaya.platform.base.money import Cents

Counts = dict[str, int]
"""Amounts to add to counts, by the counts' names in the API."""


DAYS: Final = 30
"""Days in the series, unless others are asked for."""

MAX_DAYS: Final = 31
"""The most days that may be asked for."""


def days_between(first: str | None, last: str | None, today: str) -> list[str]:
    """The dates of a series, oldest first: by default the last thirty until today.

    Raises:
        Invalid: the first date is after the last, or there are more than `MAX_DAYS`.
    """
    end = last or today
    start = first or clock.days_before(end, DAYS - 1)[0]
    if start > end:
        raise Invalid([FieldProblem("to", "must not be before from", "before_from")])
    days = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    if days > MAX_DAYS:
        message = f"must be at most {MAX_DAYS} days after from"
        raise Invalid([FieldProblem("to", message, "too_far_ahead", {"days": MAX_DAYS})])
    return [*clock.days_before(end, days - 1), end]


class Totals(Model):
    """Current and all-time totals."""

    people: int = 0
    verified: int = 0
    suspended: int = 0
    jobs_open: int = 0
    jobs_in_progress: int = 0
    jobs_completed: int = 0
    jobs_cancelled: int = 0
    jobs_expired: int = 0
    agreed_cents: Cents = 0
    completed_cents: Cents = 0
    bids_placed: int = 0
    bids_accepted: int = 0
    listings_pending: int = 0
    listings_active: int = 0
    listings_rejected: int = 0
    listings_inactive: int = 0
    reviews: int = 0
    rating_sum: int = 0
    stories_pending: int = 0
    stories_approved: int = 0
    stories_rejected: int = 0
    referrals_pending: int = 0
    referrals_completed: int = 0
    referrals_rewarded: int = 0
    rewards_paid_cents: Cents = 0
    withdrawals_pending: int = 0
    withdrawals_paid: int = 0
    withdrawals_failed: int = 0
    withdrawals_paid_cents: Cents = 0
    reports_open: int = 0


class DailyCounts(Model):
    """The counts of one day."""

    people_joined: int = 0
    jobs_posted: int = 0
    jobs_completed: int = 0
    bids_placed: int = 0
    bids_accepted: int = 0
    agreed_cents: Cents = 0
    completed_cents: Cents = 0
    listings_created: int = 0
    reviews_written: int = 0
    stories_written: int = 0
    referrals_rewarded: int = 0
    rewards_paid_cents: Cents = 0
    withdrawals_paid_cents: Cents = 0


class Day(DailyCounts):
    """The counts of a day in South Africa."""

    date: str


def is_counted(event: Event) -> bool:
    """Whether events of this kind change any count."""
    return event.kind in _RULES


def counts_of(event: Event) -> Counts:
    """The amounts that an event adds to counts.

    Raises:
        ValueError: its detail does not match its kind's schema, or names a state without a count.
    """
    if not is_counted(event):
        return {}
    detail = item_of(KINDS[event.kind].model_validate(event.detail))
    counts = {name: number for name, number in _RULES[event.kind](detail, event).items() if number}
    if unknown := counts.keys() - _NAMES:
        raise ValueError(f"{event.kind} would change unknown counts: {sorted(unknown)}")
    return counts


def sum_counts(all_counts: Iterable[Mapping[str, int]]) -> Counts:
    """The sum of several counts, without zeros."""
    total: Counts = {}
    for counts in all_counts:
        for name, number in counts.items():
            total[name] = total.get(name, 0) + number
    return {name: number for name, number in total.items() if number}


def totals_in(counts: Mapping[str, int]) -> Counts:
    """Those of the counts that belong to the totals."""
    return {name: number for name, number in counts.items() if name in _TOTALS}


def counts_by_day(events: Iterable[Event]) -> dict[str, Counts]:
    """The daily counts of events, by the day on which each event happened."""
    days: dict[str, list[Counts]] = {}
    for event in events:
        counts = {name: number for name, number in counts_of(event).items() if name in _DAILY}
        if counts:
            days.setdefault(clock.local_day(event.at), []).append(counts)
    return {day: sum_counts(counts) for day, counts in days.items()}


Rule = Callable[[dict[str, Any], Event], Counts]


def _always(**counts: int) -> Rule:
    return lambda _detail, _event: counts


def _state(objects: str, state: str) -> str:
    """The name of the count of objects in a state, such as `jobsInProgress`."""
    return objects + "".join(word.capitalize() for word in state.split("_"))


def _status_change(objects: str) -> Rule:
    """One less in the state before the event, one more in the state after it."""

    def rule(_detail: dict[str, Any], event: Event) -> Counts:
        was, now = event.changes.get("status", (None, None))
        return sum_counts([{_state(objects, was): -1} if was else {}, {_state(objects, now): 1} if now else {}])

    return rule


_NAMES_OF: Final = {
    shape: {field.alias or name for name, field in shape.model_fields.items()} for shape in (Totals, DailyCounts)
}
_TOTALS: Final = _NAMES_OF[Totals]
_DAILY: Final = _NAMES_OF[DailyCounts]
_NAMES: Final = _TOTALS | _DAILY

_RULES: Final[Mapping[str, Rule]] = {
    "person.joined": _always(people=1, peopleJoined=1),
    "person.erased": lambda detail, _: {"people": -1, "verified": -1 if detail["verified"] else 0},
    "person.verified": lambda detail, _: {"verified": 1 if detail["verified"] else -1},
    "person.suspended": _always(suspended=1),
    "person.reinstated": _always(suspended=-1),
    "job.posted": _always(jobsOpen=1, jobsPosted=1),
    "job.accepted": lambda detail, _: {"jobsOpen": -1, "jobsInProgress": 1, "agreedCents": detail["agreedCents"]},
    "job.completed": lambda detail, _: {
        "jobsInProgress": -1,
        "jobsCompleted": 1,
        "completedCents": detail["agreedCents"],
    },
    "job.cancelled": lambda detail, _: {_state("jobs", detail["was"]): -1, "jobsCancelled": 1},
    "job.expired": _always(jobsOpen=-1, jobsExpired=1),
    "bid.placed": _always(bidsPlaced=1),
    "bid.accepted": _always(bidsAccepted=1),
    "listing.created": lambda detail, _: {_state("listings", detail["status"]): 1, "listingsCreated": 1},
    "listing.moved": lambda detail, _: sum_counts(
        [{_state("listings", detail["was"]): -1}, {_state("listings", detail["status"]): 1}]
    ),
    "review.written": lambda detail, _: {"reviews": 1, "reviewsWritten": 1, "ratingSum": detail["rating"]},
    "review.moderated": lambda detail, _: (
        {"reviews": -1, "ratingSum": -detail["rating"]}
        if detail["hidden"]
        else {"reviews": 1, "ratingSum": detail["rating"]}
    ),
    "report.filed": _always(reportsOpen=1),
    "report.resolved": _always(reportsOpen=-1),
    "story.written": _always(storiesPending=1, storiesWritten=1),
    "story.moderated": _status_change("stories"),
    "story.removed": lambda detail, _: {_state("stories", detail["was"]): -1},
    "referral.applied": _always(referralsPending=1),
    "referral.completed": _always(referralsPending=-1, referralsCompleted=1),
    "referral.rewarded": _always(referralsCompleted=-1, referralsRewarded=1),
    "credits.booked": lambda detail, _: (
        {"rewardsPaidCents": detail["amountCents"]} if detail["type"] in REWARDS else {}
    ),
    "withdrawal.requested": _always(withdrawalsPending=1),
    "withdrawal.paid": lambda detail, _: {
        "withdrawalsPending": -1,
        "withdrawalsPaid": 1,
        "withdrawalsPaidCents": abs(detail["amountCents"]),
    },
    "withdrawal.returned": lambda detail, _: {
        "withdrawalsPending": 1,
        "withdrawalsPaid": -1,
        "withdrawalsPaidCents": -abs(detail["amountCents"]),
    },
    "withdrawal.failed": _always(withdrawalsPending=-1, withdrawalsFailed=1),
}
"""The amounts that an event adds to counts, by its kind."""
