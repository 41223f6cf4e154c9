"""What an event adds to which count. Counts are sums, so the order in which events come never matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from khaya.events.catalogue import KINDS
from khaya.events.model import Event
from khaya.ledger.model import REWARDS
from khaya.platform.base import clock
from khaya.platform.base.models import Model, item_of
from khaya.platform.base.money import Cents

Counts = dict[str, int]
"""What is to be added to which count, by its name outside Python."""


class Totals(Model):
    """How much there is, or was ever, of everything."""

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


class Happenings(Model):
    """What happened on a day."""

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


class Day(Happenings):
    """A day in South Africa, and what happened on it."""

    date: str


def counted(event: Event) -> bool:
    """Whether events of this kind count for anything."""
    return event.kind in _RULES


def counts_of(event: Event) -> Counts:
    """What an event adds to which count.

    Raises:
        ValueError: it does not tell what events of its kind tell, or of a state that nobody counts.
    """
    if not counted(event):
        return {}
    told = item_of(KINDS[event.kind].model_validate(event.detail))
    counts = {name: number for name, number in _RULES[event.kind](told, event).items() if number}
    if unknown := counts.keys() - _NAMES:
        raise ValueError(f"{event.kind} would count as {sorted(unknown)}, which nobody knows")
    return counts


def added(all_counts: Iterable[Mapping[str, int]]) -> Counts:
    """Several counts together."""
    total: Counts = {}
    for counts in all_counts:
        for name, number in counts.items():
            total[name] = total.get(name, 0) + number
    return {name: number for name, number in total.items() if number}


def in_all(counts: Mapping[str, int]) -> Counts:
    """The part of some counts that is about how much there is in all."""
    return {name: number for name, number in counts.items() if name in _OF_ALL}


def by_day(events: Iterable[Event]) -> dict[str, Counts]:
    """What happened on which day: that of the event, however late it comes."""
    days: dict[str, list[Counts]] = {}
    for event in events:
        happened = {name: number for name, number in counts_of(event).items() if name in _OF_A_DAY}
        if happened:
            days.setdefault(clock.local_day(event.at), []).append(happened)
    return {day: added(counts) for day, counts in days.items()}


Rule = Callable[[dict[str, Any], Event], Counts]


def _always(**counts: int) -> Rule:
    return lambda _told, _event: counts


def _state(of: str, state: str) -> str:
    """The name of the count of things in a state, such as `jobsInProgress`."""
    return of + "".join(word.capitalize() for word in state.split("_"))


def _moved(of: str) -> Rule:
    """One fewer in the state that the trail says was, one more in the one that is."""

    def rule(_told: dict[str, Any], event: Event) -> Counts:
        was, now = event.changes.get("status", (None, None))
        return added([{_state(of, was): -1} if was else {}, {_state(of, now): 1} if now else {}])

    return rule


_NAMES_OF: Final = {
    shape: {field.alias or name for name, field in shape.model_fields.items()} for shape in (Totals, Happenings)
}
_OF_ALL: Final = _NAMES_OF[Totals]
_OF_A_DAY: Final = _NAMES_OF[Happenings]
_NAMES: Final = _OF_ALL | _OF_A_DAY

_RULES: Final[Mapping[str, Rule]] = {
    "person.joined": _always(people=1, peopleJoined=1),
    "person.erased": lambda told, _: {"people": -1, "verified": -1 if told["verified"] else 0},
    "person.verified": lambda told, _: {"verified": 1 if told["verified"] else -1},
    "person.suspended": _always(suspended=1),
    "person.reinstated": _always(suspended=-1),
    "job.posted": _always(jobsOpen=1, jobsPosted=1),
    "job.accepted": lambda told, _: {"jobsOpen": -1, "jobsInProgress": 1, "agreedCents": told["agreedCents"]},
    "job.completed": lambda told, _: {
        "jobsInProgress": -1,
        "jobsCompleted": 1,
        "completedCents": told["agreedCents"],
    },
    "job.cancelled": lambda told, _: {_state("jobs", told["was"]): -1, "jobsCancelled": 1},
    "job.expired": _always(jobsOpen=-1, jobsExpired=1),
    "bid.placed": _always(bidsPlaced=1),
    "bid.accepted": _always(bidsAccepted=1),
    "listing.created": lambda told, _: {_state("listings", told["status"]): 1, "listingsCreated": 1},
    "listing.moved": lambda told, _: added(
        [{_state("listings", told["was"]): -1}, {_state("listings", told["status"]): 1}]
    ),
    "review.written": lambda told, _: {"reviews": 1, "reviewsWritten": 1, "ratingSum": told["rating"]},
    "review.moderated": lambda told, _: (
        {"reviews": -1, "ratingSum": -told["rating"]} if told["hidden"] else {"reviews": 1, "ratingSum": told["rating"]}
    ),
    "report.filed": _always(reportsOpen=1),
    "report.resolved": _always(reportsOpen=-1),
    "story.written": _always(storiesPending=1, storiesWritten=1),
    "story.moderated": _moved("stories"),
    "story.removed": lambda told, _: {_state("stories", told["was"]): -1},
    "referral.applied": _always(referralsPending=1),
    "referral.completed": _always(referralsPending=-1, referralsCompleted=1),
    "referral.rewarded": _always(referralsCompleted=-1, referralsRewarded=1),
    "credits.booked": lambda told, _: {"rewardsPaidCents": told["amountCents"]} if told["type"] in REWARDS else {},
    "withdrawal.requested": _always(withdrawalsPending=1),
    "withdrawal.paid": lambda told, _: {
        "withdrawalsPending": -1,
        "withdrawalsPaid": 1,
        "withdrawalsPaidCents": abs(told["amountCents"]),
    },
    "withdrawal.failed": _always(withdrawalsPending=-1, withdrawalsFailed=1),
}
"""What an event of a kind adds to which count."""
