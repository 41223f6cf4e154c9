"""Who is told what of an event: pure functions of the event and of the one thing that it is about.

Nobody is told what they did themselves, unless it concerns the safety of their account. What is gone, or was done
meanwhile, is not told any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from khaya.events.model import Event
from khaya.jobs import store as jobs
from khaya.listings import store as listings
from khaya.notifications.kinds import KINDS
from khaya.platform.base import clock
from khaya.platform.base.models import Item
from khaya.reminders import store as reminders
from khaya.reminders.model import FOLLOWED
from khaya.stories import store as stories


@dataclass(frozen=True)
class Notice:
    """What one person is to be told.

    Attributes:
        params: what fills the places of the message.
        data: the ids by which a client opens what it is about.
    """

    user_id: str
    kind: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    data: Mapping[str, str | int | None] = field(default_factory=dict)


Key = tuple[str, Mapping[str, str]]
Told = Iterator[tuple[str, str, Mapping[str, str | int]]]
"""Who, what kind of notice, and what it names besides the event's own fields."""


def wanted(event: Event) -> bool:
    """Whether anybody is told of such an event, or the reminders follow it."""
    return event.kind in _TOLD or event.kind in FOLLOWED


def needs(event: Event) -> list[Key]:
    """Where the thing stands that the event is about, if `notices` asks for one."""
    told = event.detail
    if event.kind not in _TOLD:
        return []
    if told.get("kind") == "own" and "reminderId" in told:
        return [reminders.key(told["reminderId"])]
    for name, key in _THINGS.items():
        if name in told:
            return [key(told[name])]
    return []


def people(event: Event) -> list[str]:
    """Everybody who may be told something of the event."""
    if event.kind not in _TOLD:
        return []
    named = {event.detail[name]: None for name in _PEOPLE if event.detail.get(name)}
    return [person for person in named if person != event.actor or event.kind.startswith("person.")]


def notices(event: Event, things: Sequence[Item | None]) -> list[Notice]:
    """Who is told what. `things` are those that `needs` named, as they are now."""
    if event.kind not in _TOLD or (things and things[0] is None):
        return []
    thing = (things[0] if things else None) or {}
    return [
        _notice(event, thing, person, kind, more)
        for person, kind, more in _TOLD[event.kind](event, thing)
        if person != event.actor or not KINDS[kind].chosen
    ]


def _notice(event: Event, thing: Item, person: str, kind: str, more: Mapping[str, str | int]) -> Notice:
    facts = {**event.detail, **more}
    for name, title in _TITLES.items():
        if name in facts:
            facts[title] = thing.get("title", "")
    if "amountCents" in facts:  # what leaves an account is negative there
        facts["amountCents"] = abs(facts["amountCents"])
    return Notice(
        user_id=person,
        kind=kind,
        params={place: facts[place] for place in sorted(KINDS[kind].places)},
        data={name: event.detail[name] for name in _IDS if event.detail.get(name)},
    )


def _one(person: str, kind: str) -> Callable[[Event, Item], Told]:
    """Tell one person, whom the field `person` names, whatever else is so."""

    def told(event: Event, _: Item) -> Told:
        yield event.detail[person], kind, {}

    return told


def _of_cancellation(event: Event, _: Item) -> Told:
    """The other party is told; both, where it was the house. Who still had a bid is told that it was rejected."""
    for party in ("buyer", "worker"):
        person = event.detail.get(f"{party}Id")
        if person and event.detail["by"] != party:
            yield person, "jobCancelled", {}


def _of_reminder(event: Event, thing: Item) -> Told:
    """Somebody's own reminder; or what they are to do about a job, if they still are."""
    person, status = event.detail["userId"], thing.get("status")
    handed_in = bool(thing.get("submission"))
    match event.detail["kind"]:
        case "own":
            yield person, "reminder", {"text": thing["text"]}
        case "review" if status == "completed":
            yield person, "reviewPrompt", {}
        case "chooseBid" if status == "open" and thing["bidCount"] > 0:
            yield person, "chooseBid", {"expiresAt": thing["expiresAt"]}
        case "confirmWork" if status == "in_progress" and handed_in:
            yield person, "confirmWork", {}
        case "handInWork" if status == "in_progress" and not handed_in:
            yield person, "handInWork", {"dueAt": clock.plus(thing["acceptedAt"], days=thing["timelineDays"])}


def _of_listing(event: Event, _: Item) -> Told:
    yield event.detail["sellerId"], {"approve": "listingApproved", "reject": "listingRejected"}[_decision(event)], {}


def _of_story(event: Event, _: Item) -> Told:
    """An admin may decide anew at any time: a decision that leaves the story as it was is told to nobody."""
    author = event.detail["authorId"]
    if "status" in event.changes:
        yield author, {"approve": "storyApproved", "reject": "storyRejected"}[_decision(event)], {}
    if "featured" in event.changes and event.detail["featured"]:
        yield author, "storyFeatured", {}


def _of_referral(event: Event, _: Item) -> Told:
    for side in ("referrer", "referred"):
        yield event.detail[f"{side}Id"], "referralRewarded", {"side": side}


def _of_credits(event: Event, _: Item) -> Told:
    """Rewards, bonuses and what admins put right. Referrals and withdrawals have notices of their own."""
    told = event.detail
    failed_withdrawal = told["type"] == "reversal" and told["amountCents"] > 0 and not told["bookedBy"]
    if told["type"] not in ("referral", "withdrawal") and not failed_withdrawal:
        yield told["userId"], "creditsReceived" if told["amountCents"] > 0 else "creditsDeducted", {}


def _of_verification(event: Event, _: Item) -> Told:
    yield event.detail["userId"], "verified" if event.detail["verified"] else "verificationEnded", {}


def _decision(event: Event) -> str:
    decision: str = event.detail["decision"]
    return decision


_TOLD: Final[Mapping[str, Callable[[Event, Item], Told]]] = {
    "job.accepted": _one("workerId", "bidAccepted"),
    "job.started": _one("buyerId", "jobStarted"),
    "job.submitted": _one("buyerId", "workSubmitted"),
    "job.completed": _one("workerId", "jobCompleted"),
    "job.cancelled": _of_cancellation,
    "job.expired": _one("buyerId", "jobExpired"),
    "bid.placed": _one("buyerId", "bidReceived"),
    "bid.rejected": _one("workerId", "bidRejected"),
    "bid.withdrawn": _one("buyerId", "bidWithdrawn"),
    "listing.moderated": _of_listing,
    "review.written": _one("subjectId", "reviewReceived"),
    "review.answered": _one("reviewerId", "reviewAnswered"),
    "report.resolved": _one("reporterId", "reportResolved"),
    "story.moderated": _of_story,
    "referral.rewarded": _of_referral,
    "credits.booked": _of_credits,
    "withdrawal.paid": _one("userId", "withdrawalPaid"),
    "withdrawal.failed": _one("userId", "withdrawalFailed"),
    "person.verified": _of_verification,
    "person.suspended": _one("userId", "accountSuspended"),
    "person.reinstated": _one("userId", "accountReinstated"),
    "person.payout_account_changed": _one("userId", "payoutAccountChanged"),
    "reminder.due": _of_reminder,
}
"""The kinds of event that somebody is told of."""

_THINGS: Final[Mapping[str, Callable[[str], Key]]] = {
    "jobId": jobs.key,
    "listingId": listings.key,
    "storyId": stories.key,
}
"""The things that events are about whose titles are told, by the field that names them."""

_TITLES: Final = {"jobId": "jobTitle", "listingId": "listingTitle", "storyId": "storyTitle"}

_IDS: Final = (*_THINGS, "bidId", "reviewId", "reportId", "referralId", "entryId", "reminderId")

_PEOPLE: Final = (
    "buyerId",
    "workerId",
    "sellerId",
    "authorId",
    "reviewerId",
    "subjectId",
    "reporterId",
    "referrerId",
    "referredId",
    "userId",
)
