"""Reminders, when they are due, and which events plan or settle them.

Besides people's own reminders there are three kinds about an open action on a job, and one that asks for a review. The
ids are derived from what they are about, so that each exists once, however often and in whatever order events arrive.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from khaya.platform.base import clock
from khaya.platform.base.dates import Moment
from khaya.platform.base.errors import FieldProblem, Invalid
from khaya.platform.base.fields import Count, Length, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel

if TYPE_CHECKING:  # the routes need no events, which would make their cold start longer
    from khaya.events.model import Event

Kind = Literal["own", "review", "chooseBid", "confirmWork", "handInWork"]
Schedule = Literal["minute", "daily"]
"""The task that handles it: every few minutes, or every morning."""
Status = Literal["waiting", "sent", "idle", "settled"]
"""Waiting until due; sent for the last time; idle while no action is open; settled for good."""

MAX_WAITING: Final = 50
"""Reminders of their own that a person may have waiting."""

MAX_DAYS_AHEAD: Final = 731
"""Days from now until which a reminder may be set: two years."""

MORNING_HOUR: Final = 8
"""The hour in South Africa at which people are reminded of open actions."""

KEEP_DAYS: Final = 90
"""Days until a finished reminder expires; until then its owner sees it and a late event plans no second one."""


@dataclass(frozen=True)
class Recurrence:
    """How often a reminder is sent at most, and the days between two times."""

    schedule: Schedule
    max_count: int
    days: int = 0


RECURRENCES: Final[Mapping[Kind, Recurrence]] = {
    "own": Recurrence("minute", max_count=1),
    "review": Recurrence("minute", max_count=2, days=3),
    "chooseBid": Recurrence("daily", max_count=3, days=3),
    "confirmWork": Recurrence("daily", max_count=3, days=2),
    "handInWork": Recurrence("daily", max_count=3, days=3),
}

_FIRST_REVIEW_HOURS: Final = 24
_FIRST_CHOICE_DAYS: Final = 2
FIRST_CONFIRMATION_DAYS: Final = 1
LATE_DAYS: Final = 1


class ReminderRequest(RequestModel):
    """A reminder's text and time."""

    text: Annotated[Prose, Length(1, 200)]
    due_at: Moment


class Reminder(Model):
    """A reminder for one person.

    Attributes:
        number: how often it was sent.
        expires_at: when it is deleted, in seconds since 1970; None while it may still be due.
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
    def recurrence(self) -> Recurrence:
        """How often it is due."""
        return RECURRENCES[self.kind]

    def claimed(self, now: str) -> "Reminder":
        """The reminder after it was sent once more: due again later, counted from now, or finished.

        An overdue reminder is sent once; times that were missed are not made up for.
        """
        number = self.number + 1
        if number >= self.recurrence.max_count:
            return self._finished("sent", now, number=number)
        if self.recurrence.schedule == "daily":
            due_at = clock.local_hour(now, MORNING_HOUR, days=self.recurrence.days)
        else:
            due_at = clock.plus(now, days=self.recurrence.days)
        return self.model_copy(update={"number": number, "due_at": due_at})

    def settled(self, now: str) -> "Reminder":
        """The reminder of an action that was done or is no longer possible."""
        return self._finished("settled", now)

    def early(self, now: str) -> "Reminder":
        """The reminder of an action for which it is not time yet, because the time was moved: looked at tomorrow."""
        return self.model_copy(update={"due_at": clock.local_hour(now, MORNING_HOUR, days=1)})

    def idle(self) -> "Reminder":
        """The reminder while no action is open, though one may be again."""
        return self.model_copy(update={"status": "idle"})

    def merged_with(self, plan: "Reminder") -> "Reminder":
        """The existing reminder after an event planned it again; the same object if that changes nothing.

        The earliest cause counts, in whatever order the events arrive. A new cause ends the idle state.
        """
        if self.status == "idle":
            return self.model_copy(update={"status": "waiting", "due_at": plan.due_at})
        if self.status == "waiting" and self.number == 0 and plan.due_at < self.due_at:
            return self.model_copy(update={"due_at": plan.due_at})
        return self

    def _finished(self, status: Status, now: str, **changed: Any) -> "Reminder":
        expires_at = clock.epoch(clock.plus(now, days=KEEP_DAYS))
        return self.model_copy(update={**changed, "status": status, "expires_at": expires_at})


def own(request: ReminderRequest, *, user_id: str, now: str) -> Reminder:
    """A person's own reminder.

    Raises:
        Invalid: its time is not in the future, or more than two years away.
    """
    if request.due_at <= now:
        raise Invalid([FieldProblem("dueAt", "must lie in the future", "in_the_past")])
    if request.due_at > clock.plus(now, days=MAX_DAYS_AHEAD):
        raise Invalid([FieldProblem("dueAt", "must lie within two years", "too_far_ahead", {"days": MAX_DAYS_AHEAD})])
    return Reminder(id=new_id(), user_id=user_id, kind="own", text=request.text, due_at=request.due_at)


def review_id(job_id: str, user_id: str) -> str:
    """The id of the reminder to review a job."""
    return f"review#{job_id}#{user_id}"


def open_action_id(kind: Kind, job_id: str) -> str:
    """The id of the reminder of an open action."""
    return f"{kind}#{job_id}"


@dataclass(frozen=True)
class Effect:
    """The ids of reminders that an event settles, and the reminders that it plans."""

    settled: tuple[str, ...] = ()
    planned: tuple[Reminder, ...] = ()


def effect_of(event: "Event") -> Effect:
    """The effect of an event on reminders; equal if the event is repeated."""
    rule = _EFFECTS.get(event.kind)
    return rule(event) if rule else Effect()


def _bid_placed(event: "Event") -> Effect:
    due_at = clock.local_hour(event.at, MORNING_HOUR, days=_FIRST_CHOICE_DAYS)
    return Effect(planned=(_open_action("chooseBid", event, "buyerId", due_at),))


def _job_accepted(event: "Event") -> Effect:
    # With escrow the agreed day may be later; a reminder that finds it has not come is planned again.
    agreed = clock.plus(event.detail["acceptedAt"], days=event.detail["timelineDays"])
    due_at = clock.local_hour(agreed, MORNING_HOUR, days=LATE_DAYS)
    return Effect(
        settled=_actions(event, "chooseBid"), planned=(_open_action("handInWork", event, "workerId", due_at),)
    )


def _job_submitted(event: "Event") -> Effect:
    due_at = clock.local_hour(event.at, MORNING_HOUR, days=FIRST_CONFIRMATION_DAYS)
    return Effect(
        settled=_actions(event, "handInWork"), planned=(_open_action("confirmWork", event, "buyerId", due_at),)
    )


def _job_completed(event: "Event") -> Effect:
    due_at = clock.plus(event.detail["completedAt"], hours=_FIRST_REVIEW_HOURS)
    job_id = event.detail["jobId"]
    return Effect(
        settled=_actions(event, "chooseBid", "handInWork", "confirmWork"),
        planned=tuple(
            Reminder(id=review_id(job_id, person), user_id=person, kind="review", job_id=job_id, due_at=due_at)
            for person in (event.detail["buyerId"], event.detail["workerId"])
        ),
    )


def _job_ended(event: "Event") -> Effect:
    """The job was cancelled or expired. Without a worker, only the choice of a bid can have been open."""
    if event.detail.get("workerId") is None:
        return Effect(settled=_actions(event, "chooseBid"))
    return Effect(settled=_actions(event, "chooseBid", "handInWork", "confirmWork"))


def _review_written(event: "Event") -> Effect:
    return Effect(settled=(review_id(event.detail["jobId"], event.detail["reviewerId"]),))


_EFFECTS: "Final[Mapping[str, Callable[[Event], Effect]]]" = {
    "bid.placed": _bid_placed,
    "job.accepted": _job_accepted,
    "job.submitted": _job_submitted,
    "job.completed": _job_completed,
    "job.cancelled": _job_ended,
    "job.expired": _job_ended,
    "review.written": _review_written,
}

PLANNING_EVENTS: Final = frozenset(_EFFECTS)
"""The kinds of event that plan or settle reminders."""


def _open_action(kind: Kind, event: "Event", person: str, due_at: str) -> Reminder:
    job_id = event.detail["jobId"]
    return Reminder(
        id=open_action_id(kind, job_id), user_id=event.detail[person], kind=kind, job_id=job_id, due_at=due_at
    )


def _actions(event: "Event", *kinds: Kind) -> tuple[str, ...]:
    return tuple(open_action_id(kind, event.detail["jobId"]) for kind in kinds)
