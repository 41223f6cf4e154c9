"""Plans reminders by events, and claims those that are due, each once however many runs there are at once.

A run only claims what is due, by a conditional update of the reminder. The update's stream record becomes an event,
which causes the notification. So a run that is interrupted at any point loses nothing and sends nothing twice.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final, Literal

from khaya.bids import store as bids
from khaya.events.model import Event
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import commit_now, connect, read_together
from khaya.platform.work.parallel import in_parallel
from khaya.platform.work.retries import retry_on_conflict
from khaya.reminders import store
from khaya.reminders.model import LATE_DAYS, MORNING_HOUR, Reminder, Schedule, effect_of
from khaya.reviews import store as reviews

THREADS = 8
"""Shards that a run works on in parallel. The threads share the DynamoDB client, which has ten connections."""

MAX_LOST_CLAIMS: Final = 5
"""Lost claims in a row after which a run leaves a shard to the other run that works on it."""

_ATTEMPTS: Final = 10

Decision = Literal["remind", "early", "idle", "settled"]
"""The decision on a reminder that is due."""


@dataclass
class ClaimCounts:
    """The result of a run.

    Attributes:
        claimed: reminders that are sent.
        dropped: reminders without an open action, or before its time.
        failed: reminders that could not be claimed, and shards that could not be read.
        unfinished: shards with reminders left, since time was up.
    """

    claimed: int = 0
    dropped: int = 0
    failed: int = 0
    unfinished: int = 0

    def add(self, other: "ClaimCounts") -> None:
        """Add the counts of another report."""
        self.claimed += other.claimed
        self.dropped += other.dropped
        self.failed += other.failed
        self.unfinished += other.unfinished

    def as_counts(self) -> dict[str, int]:
        """The counts by name, as the function returns them."""
        return asdict(self)


def handle(event: Event, now: str) -> None:
    """Plan and settle reminders as an event demands.

    Safe to repeat, and for events in any order: a settled reminder is not planned again.

    Raises:
        Unavailable, WriteConflict: not everything was done; the same call is to be repeated.
    """
    effect = effect_of(event)
    for reminder_id in effect.settled:
        try:
            commit_now(store.settle(reminder_id, now))
        except WriteConflict:  # it was settled before
            continue
    for plan in effect.planned:
        _plan(plan)


def claim_due(schedule: Schedule, now: str, time_is_left: Callable[[], bool]) -> ClaimCounts:
    """Claim a schedule's due reminders while time is left; the next run continues, also with those that failed.

    Shards are taken in random order, so that two runs at once rarely work on the same one.
    """
    connect()  # before the threads start, which would each create a client
    report = ClaimCounts()
    shards = random.sample(range(store.SHARDS), store.SHARDS)
    for part in in_parallel(lambda shard: _claim_shard(schedule, shard, now, time_is_left), shards, THREADS):
        report.add(part)
    return report


def _plan(plan: Reminder) -> None:
    """Store a reminder, or merge it with the existing one."""

    def write() -> None:
        try:
            commit_now(store.create(plan))
        except store.Exists as existing:
            before = existing.reminder
            after = before and before.merged_with(plan)
            if before is not None and after is not None and after is not before:
                commit_now(store.change(before, after))

    retry_on_conflict(write, _ATTEMPTS)


def _claim_shard(schedule: Schedule, shard: int, now: str, time_is_left: Callable[[], bool]) -> ClaimCounts:
    report = ClaimCounts()
    lost = 0
    try:
        for reminder, item in _due(schedule, shard, now, report):
            if not time_is_left():
                report.unfinished += 1
                break
            lost = 0 if _claim(reminder, item, now, report) else lost + 1
            if lost == MAX_LOST_CLAIMS:
                break
    except Exception as error:  # noqa: BLE001 - a shard that cannot be read must not stop the others
        report.failed += 1
        extra = {"schedule": schedule, "shard": shard, "error": type(error).__name__}
        observability.logger().error("shard of reminders failed", extra=extra)
    return report


def _due(schedule: Schedule, shard: int, now: str, report: ClaimCounts) -> Iterator[tuple[Reminder, Item | None]]:
    """The due reminders of a shard, each with the item of the job or review that it is about."""
    for rows in store.due(schedule, shard, now):
        page = [reminder for row in rows if (reminder := _read(row, report))]
        planned = [reminder for reminder in page if reminder.kind != "own"]
        items = read_together([_subject_key(reminder) for reminder in planned]) if planned else []
        subjects = {reminder.id: item for reminder, item in zip(planned, items, strict=True)}
        for reminder in page:
            yield reminder, subjects.get(reminder.id)


def _read(row: Item, report: ClaimCounts) -> Reminder | None:
    """The reminder in a row; None if the row is invalid, which must not stop the ones after it."""
    try:
        reminder = store.read(row)
    except ValueError:
        reminder = None
    if reminder is None:
        report.failed += 1
        observability.logger().error("invalid reminder", extra={"reminder": row["id"]})
    return reminder


def _claim(reminder: Reminder, item: Item | None, now: str, report: ClaimCounts) -> bool:
    """Claim a reminder, or drop it if no action is open; returns False if another run was faster."""
    try:
        match _decide(reminder, item, now):
            case "remind":
                after = reminder.claimed(now)
                is_own = reminder.kind == "own"
                commit_now(*(store.send_own(reminder, after) if is_own else [store.change(reminder, after)]))
                report.claimed += 1
            case "early":
                commit_now(store.change(reminder, reminder.early(now)))
                report.dropped += 1
            case "idle":
                commit_now(store.change(reminder, reminder.idle()))
                report.dropped += 1
            case "settled":
                commit_now(store.change(reminder, reminder.settled(now)))
                report.dropped += 1
    except WriteConflict:  # another run has claimed it, or it was settled or deleted since
        return False
    except Exception as error:  # noqa: BLE001 - a reminder that cannot be claimed must not stop the others
        report.failed += 1
        extra = {"reminder": reminder.id, "error": type(error).__name__}
        observability.logger().error("reminder failed", extra=extra)
    return True


def _subject_key(reminder: Reminder) -> tuple[str, dict[str, str]]:
    job_id = reminder.job_id or ""
    return reviews.slot_key(job_id, reminder.user_id) if reminder.kind == "review" else jobs.key(job_id)


def _decide(reminder: Reminder, item: Item | None, now: str) -> Decision:
    """The decision by the current state of the job or review: people are not reminded of what is done or impossible."""
    if reminder.kind == "own":
        return "remind"
    if reminder.kind == "review":
        return "remind" if item is None else "settled"
    job = jobs.read(item)
    match reminder.kind:
        case "chooseBid" if job is not None and job.status == "open":
            return "remind" if _has_pending_bid(job) else "idle"
        case "confirmWork" if job is not None and job.status == "in_progress" and job.submission is not None:
            return "remind"
        case "handInWork" if job is not None and job.status == "in_progress" and job.submission is None:
            return "remind" if _is_late(job, now) else "early"
    return "settled"


def _is_late(job: Job, now: str) -> bool:
    """Whether the work was to be handed in a day ago; with escrow its days begin with the deposit."""
    return job.hand_in_by is not None and clock.local_hour(job.hand_in_by, MORNING_HOUR, days=LATE_DAYS) <= now


def _has_pending_bid(job: Job) -> bool:
    """Whether a bid is pending. The latest are read first; bids that the index lacks yet count as pending."""
    if not job.bid_count:
        return False
    found = 0
    for bid in every_item(lambda page_request: bids.on_job(job.id, "createdAt", page_request)):
        if bid.status == "pending":
            return True
        found += bid.status != "withdrawn"
    return found < job.bid_count
