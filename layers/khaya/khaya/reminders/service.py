"""Reminders planned by what happens, and sent when they are due: each once, however many sweeps there are at once.

Nothing is sent here. A sweep claims what is due: one conditional update of the row as it was read. Its stream record
becomes an event, which tells the person; so a sweep that is interrupted anywhere loses nothing and doubles nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final, Literal

from khaya.bids import store as bids
from khaya.events.model import Event
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.platform.base import observability
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import Unavailable, WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import commit_now, connect, read_together
from khaya.platform.work.parallel import in_parallel
from khaya.reminders import store
from khaya.reminders.model import Lane, Reminder, following
from khaya.reviews import store as reviews

THREADS = 8
"""Parts of a lane that a sweep works through at once. They share the DynamoDB client, which has ten connections."""

LOST_IN_A_ROW: Final = 5
"""So many reminders one after the other were claimed by somebody else: another sweep is at this part, and ahead.

It is left to that one, as two would only be in each other's way.
"""

_RERUNS: Final = 10

Due = Literal["remind", "idle", "settled"]
"""What is to become of a reminder that is due."""


@dataclass
class Report:
    """What a sweep did.

    Attributes:
        claimed: reminders that go out.
        dropped: those for which there was nothing to ask.
        failed: those that could not be claimed, and parts that could not be read.
        unfinished: parts in which something due was left for want of time.
    """

    claimed: int = 0
    dropped: int = 0
    failed: int = 0
    unfinished: int = 0

    def add(self, other: Report) -> None:
        """Count what another did as well."""
        self.claimed += other.claimed
        self.dropped += other.dropped
        self.failed += other.failed
        self.unfinished += other.unfinished

    def as_counts(self) -> dict[str, int]:
        """The report as a function answers it."""
        return asdict(self)


def follow(event: Event, now: str) -> None:
    """Plan what an event asks of somebody, and settle what it has done.

    It may run again for the same event, and for events in any order: what was settled is not planned any more.

    Raises:
        Unavailable: not everything was done; run it again.
    """
    what = following(event)
    for reminder_id in what.settled:
        try:
            commit_now(store.settle(reminder_id, now))
        except WriteConflict:  # it was settled before
            continue
    for plan in what.planned:
        _plan(plan)


def sweep(lane: Lane, now: str, time_is_left: Callable[[], bool]) -> Report:
    """Claim what is due in a lane, as far as time is left; the next sweep takes up the rest, and what failed.

    The parts are begun in an order of chance, so that two sweeps at once are seldom after the same reminders.
    """
    connect()  # made before the threads begin, which would each make their own
    report = Report()
    shards = random.sample(range(store.SHARDS), store.SHARDS)
    for part in in_parallel(lambda shard: _sweep_shard(lane, shard, now, time_is_left), shards, THREADS):
        report.add(part)
    return report


def _plan(plan: Reminder) -> None:
    for attempt in range(_RERUNS):
        try:
            commit_now(store.create(plan))
        except store.Exists as existing:
            before = existing.reminder
        else:
            return
        after = before and before.planned_again(plan)
        if before is None or after is None or after is before:
            return
        try:
            commit_now(store.change(before, after))
        except WriteConflict:
            pause(attempt)
        else:
            return
    raise Unavailable


def _sweep_shard(lane: Lane, shard: int, now: str, time_is_left: Callable[[], bool]) -> Report:
    report = Report()
    lost = 0
    try:
        for reminder, thing in _due(lane, shard, now, report):
            if not time_is_left():
                report.unfinished += 1
                break
            lost = 0 if _taken(reminder, thing, now, report) else lost + 1
            if lost == LOST_IN_A_ROW:
                break
    except Exception as error:  # noqa: BLE001 - one part that cannot be read must not keep the others
        report.failed += 1
        extra = {"lane": lane, "shard": shard, "error": type(error).__name__}
        observability.logger().error("a part of a sweep failed", extra=extra)
    return report


def _due(lane: Lane, shard: int, now: str, report: Report) -> Iterator[tuple[Reminder, Item | None]]:
    """What is due in a part, each with the thing that tells whether there is something to remind of."""
    for rows in store.due(lane, shard, now):
        page = [reminder for row in rows if (reminder := _readable(row, report))]
        asked = [reminder for reminder in page if reminder.kind != "own"]
        items = read_together([_thing(reminder) for reminder in asked]) if asked else []
        things = {reminder.id: item for reminder, item in zip(asked, items, strict=True)}
        for reminder in page:
            yield reminder, things.get(reminder.id)


def _readable(row: Item, report: Report) -> Reminder | None:
    """The reminder in a row; None of one that cannot be read, which must not keep those behind it."""
    try:
        reminder = store.read(row)
    except ValueError:
        reminder = None
    if reminder is None:
        report.failed += 1
        observability.logger().error("an unreadable reminder", extra={"reminder": row["id"]})
    return reminder


def _taken(reminder: Reminder, thing: Item | None, now: str, report: Report) -> bool:
    """Claim a reminder, or drop it where there is nothing to remind of; False where somebody else was faster."""
    try:
        match _present(reminder, thing):
            case "remind":
                commit_now(store.change(reminder, reminder.claimed(now)))
                report.claimed += 1
            case "idle":
                commit_now(store.change(reminder, reminder.idle()))
                report.dropped += 1
            case "settled":
                commit_now(store.change(reminder, reminder.settled(now)))
                report.dropped += 1
    except WriteConflict:  # another sweep has claimed it, or it was settled or deleted meanwhile
        return False
    except Exception as error:  # noqa: BLE001 - one reminder that cannot be claimed must not keep the others
        report.failed += 1
        extra = {"reminder": reminder.id, "error": type(error).__name__}
        observability.logger().error("a reminder failed", extra=extra)
    return True


def _thing(reminder: Reminder) -> tuple[str, dict[str, str]]:
    job_id = reminder.job_id or ""
    return reviews.slot_key(job_id, reminder.user_id) if reminder.kind == "review" else jobs.key(job_id)


def _present(reminder: Reminder, thing: Item | None) -> Due:
    """What is to become of it, by how things are now: a person is not asked for what is done, or cannot be done."""
    if reminder.kind == "own":
        return "remind"
    if reminder.kind == "review":
        return "remind" if thing is None else "settled"
    job = jobs.read(thing)
    match reminder.kind:
        case "chooseBid" if job is not None and job.status == "open":
            return "remind" if _has_pending_bid(job) else "idle"
        case "confirmWork" if job is not None and job.status == "in_progress" and job.submission is not None:
            return "remind"
        case "handInWork" if job is not None and job.status == "in_progress" and job.submission is None:
            return "remind"
    return "settled"


def _has_pending_bid(job: Job) -> bool:
    """The latest bids are looked at first: as a rule one of them is pending. One that the index lacks yet is too."""
    seen = 0
    for bid in every_item(lambda page_request: bids.on_job(job.id, "createdAt", page_request)) if job.bid_count else ():
        if bid.status == "pending":
            return True
        seen += bid.status != "withdrawn"
    return seen < job.bid_count
