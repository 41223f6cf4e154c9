"""A reminder, when it is due, and which reminders a job's events begin and end.

Besides those that people set themselves there are three that ask for something to be done about a job, and one that
asks for a review. Each of these has a name made of what it is about, so there is one, however often and in whatever
order the events are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from khaya.events.model import Event
from khaya.platform.base import clock
from khaya.platform.base.dates import Moment
from khaya.platform.base.errors import Invalid
from khaya.platform.base.fields import Count, Length, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel

Kind = Literal["own", "review", "chooseBid", "confirmWork", "handInWork"]
Lane = Literal["minute", "daily"]
"""Which sweep it is for: the one every few minutes, or that of every morning."""
Status = Literal["waiting", "sent", "idle", "settled"]
"""Waiting to be due; sent for the last time; idle while there is nothing to ask for; settled, for good."""

MORNING_HOUR: Final = 8
"""When people are told what they are to do, in South Africa."""

KEEP_DAYS: Final = 90
"""How long a reminder that is over stays: its owner sees it, and an event that comes late begins no other."""


@dataclass(frozen=True)
class Rhythm:
    """How often somebody is reminded at most, and how many days lie between two times."""

    lane: Lane
    most: int
    days: int = 0


RHYTHMS: Final[Mapping[Kind, Rhythm]] = {
    "own": Rhythm("minute", most=1),
    "review": Rhythm("minute", most=2, days=3),
    "chooseBid": Rhythm("daily", most=3, days=3),
    "confirmWork": Rhythm("daily", most=3, days=2),
    "handInWork": Rhythm("daily", most=3, days=3),
}

_FIRST_REVIEW_HOURS: Final = 24
_FIRST_CHOICE_DAYS: Final = 2
_FIRST_CONFIRMATION_DAYS: Final = 1
_LATE_DAYS: Final = 1


class ReminderRequest(RequestModel):
    """What somebody wants to be reminded of, and when."""

    text: Annotated[Prose, Length(1, 200)]
    due_at: Moment


class Reminder(Model):
    """Something that a person is to be reminded of.

    Attributes:
        number: how often they were.
        expires_at: when it may go, in seconds since 1970; while it may still be due, never.
    """

    id: str
    user_id: str
    kind: Kind
    job_id: str | None = None
    text: str | None = None
    due_at: str
    status: Status = "waiting"
    number: Count = 0
    expires_at: int | None = None

    @property
    def rhythm(self) -> Rhythm:
        """How often it is due."""
        return RHYTHMS[self.kind]

    def claimed(self, now: str) -> Reminder:
        """The reminder once more sent: due again later, counted from now, or over.

        However long it was overdue, that is one time: what was missed is not made up for.
        """
        number = self.number + 1
        if number >= self.rhythm.most:
            return self._over("sent", now, number=number)
        if self.rhythm.lane == "daily":
            due_at = clock.local_hour(now, MORNING_HOUR, days=self.rhythm.days)
        else:
            due_at = clock.plus(now, days=self.rhythm.days)
        return self.model_copy(update={"number": number, "due_at": due_at})

    def settled(self, now: str) -> Reminder:
        """The reminder of something that was done, or that nobody can do any more."""
        return self._over("settled", now)

    def idle(self) -> Reminder:
        """The reminder while there is nothing to be done, though there may be again."""
        return self.model_copy(update={"status": "idle"})

    def planned_again(self, plan: Reminder) -> Reminder:
        """The reminder when it is to be planned and is there already; itself, where that changes nothing.

        Of several causes the first one counts, in whatever order they are told; and a new one wakes what was idle.
        """
        if self.status == "idle":
            return self.model_copy(update={"status": "waiting", "due_at": plan.due_at})
        if self.status == "waiting" and self.number == 0 and plan.due_at < self.due_at:
            return self.model_copy(update={"due_at": plan.due_at})
        return self

    def _over(self, status: Status, now: str, **changed: Any) -> Reminder:
        expires_at = clock.epoch(clock.plus(now, days=KEEP_DAYS))
        return self.model_copy(update={**changed, "status": status, "expires_at": expires_at})


def own(request: ReminderRequest, *, user_id: str, now: str) -> Reminder:
    """A reminder that a person sets.

    Raises:
        Invalid: it would be due at once, or was long ago.
    """
    if request.due_at <= now:
        raise Invalid([("dueAt", "must lie in the future")])
    return Reminder(id=new_id(), user_id=user_id, kind="own", text=request.text, due_at=request.due_at)


def review_id(job_id: str, user_id: str) -> str:
    """The name of what asks a person to review a job."""
    return f"review#{job_id}#{user_id}"


def open_action_id(kind: Kind, job_id: str) -> str:
    """The name of what asks for something to be done about a job."""
    return f"{kind}#{job_id}"


@dataclass(frozen=True)
class Following:
    """What follows an event: the names of reminders that are settled by it, and reminders that it begins."""

    settled: tuple[str, ...] = ()
    planned: tuple[Reminder, ...] = ()


def following(event: Event) -> Following:
    """What follows an event; the same however often it is told."""
    follow = _FOLLOWING.get(event.kind)
    return follow(event) if follow else Following()


def _bid_placed(event: Event) -> Following:
    due_at = clock.local_hour(event.at, MORNING_HOUR, days=_FIRST_CHOICE_DAYS)
    return Following(planned=(_open_action("chooseBid", event, "buyerId", due_at),))


def _job_accepted(event: Event) -> Following:
    due_at = clock.local_hour(event.detail["dueAt"], MORNING_HOUR, days=_LATE_DAYS)
    return Following(
        settled=_actions(event, "chooseBid"), planned=(_open_action("handInWork", event, "workerId", due_at),)
    )


def _job_submitted(event: Event) -> Following:
    due_at = clock.local_hour(event.at, MORNING_HOUR, days=_FIRST_CONFIRMATION_DAYS)
    return Following(
        settled=_actions(event, "handInWork"), planned=(_open_action("confirmWork", event, "buyerId", due_at),)
    )


def _job_completed(event: Event) -> Following:
    due_at = clock.plus(event.detail["completedAt"], hours=_FIRST_REVIEW_HOURS)
    job_id = event.detail["jobId"]
    return Following(
        settled=_actions(event, "chooseBid", "handInWork", "confirmWork"),
        planned=tuple(
            Reminder(id=review_id(job_id, person), user_id=person, kind="review", job_id=job_id, due_at=due_at)
            for person in (event.detail["buyerId"], event.detail["workerId"])
        ),
    )


def _job_ended(event: Event) -> Following:
    """Called off or expired. Nothing but a choice of bids was ever asked for of a job that nobody worked on."""
    if event.detail.get("workerId") is None:
        return Following(settled=_actions(event, "chooseBid"))
    return Following(settled=_actions(event, "chooseBid", "handInWork", "confirmWork"))


def _review_written(event: Event) -> Following:
    return Following(settled=(review_id(event.detail["jobId"], event.detail["reviewerId"]),))


_FOLLOWING: Final[Mapping[str, Callable[[Event], Following]]] = {
    "bid.placed": _bid_placed,
    "job.accepted": _job_accepted,
    "job.submitted": _job_submitted,
    "job.completed": _job_completed,
    "job.cancelled": _job_ended,
    "job.expired": _job_ended,
    "review.written": _review_written,
}

FOLLOWED: Final = frozenset(_FOLLOWING)
"""The kinds of event that reminders follow."""


def _open_action(kind: Kind, event: Event, person: str, due_at: str) -> Reminder:
    job_id = event.detail["jobId"]
    return Reminder(
        id=open_action_id(kind, job_id), user_id=event.detail[person], kind=kind, job_id=job_id, due_at=due_at
    )


def _actions(event: Event, *kinds: Kind) -> tuple[str, ...]:
    return tuple(open_action_id(kind, event.detail["jobId"]) for kind in kinds)
