"""Every night, checks what changed lately against what is derived from it, and mends the differences.

The event is that of the schedule, or `{"objects": ["jobs/<id>", "people/<id>", …]}` from `operations/repair.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from khaya.account_changes.repair import repair_account_changes
from khaya.audit import store as audit
from khaya.bids import store as bids
from khaya.bids.repair import repair_bids
from khaya.erasure.repair import repair_erasure
from khaya.jobs import store as jobs
from khaya.listings import store as listings
from khaya.name_sync.repair import repair_names
from khaya.pictures.repair import repair_pictures
from khaya.platform.base import clock, observability
from khaya.platform.base.ids import ids_between
from khaya.platform.base.settings import require
from khaya.platform.work import daily_tasks, repairs
from khaya.platform.work.daily_tasks import Task
from khaya.platform.work.repairs import Findings, RepairFailed, Repairs
from khaya.profiles import store as profiles
from khaya.referrals.repair import repair_referrals
from khaya.reputation import service as reputation
from khaya.reviews.repair import repair_ratings
from khaya.search.repair import repair_words
from khaya.stories import store as stories
from khaya.stories.repair import repair_likes

require(queues=("derived", "money", "pictures"))

DAYS_LOOKED_BACK = 7
"""Days for which the task may not have run without missing anything."""

SAFETY_MILLISECONDS = 20_000
"""Time left at which a run ends; the next one goes on from there."""

_AT_A_TIME = 100

REPAIRS: Final[Repairs] = {
    "jobs": {
        "search": partial(repair_words, kind="jobs", key=jobs.key),
        "referrals": repair_referrals,
        "pictures": partial(repair_pictures, resource="jobs", key=jobs.key),
        "bids": repair_bids,
    },
    "listings": {
        "search": partial(repair_words, kind="listings", key=listings.key),
        "pictures": partial(repair_pictures, resource="listings", key=listings.key),
    },
    "stories": {
        "pictures": partial(repair_pictures, resource="stories", key=stories.key),
        "likes": repair_likes,
    },
    "people": {
        "names": repair_names,
        "account_changes": repair_account_changes,
        "erasure": repair_erasure,
        "pictures": partial(repair_pictures, resource="profiles", key=profiles.key),
        "reputation": lambda user_id, _: int(reputation.update_reputation(user_id)),
        "ratings": repair_ratings,
    },
}
"""The repairs of each kind of object. Those that write the object itself come last: it has to settle after them."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Check what changed on the days that are over, or the named objects; returns how much was checked and mended."""

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > SAFETY_MILLISECONDS)

    now, findings = clock.now(), Findings()
    report: dict[str, Any]
    if "objects" in event:
        report = _check(event["objects"], now, findings, has_time)
    else:
        report = _check_changed(now, findings, has_time)
    report["findings"] = findings.as_counts()
    observability.logger().info("repair", extra=report)
    observability.count("RepairChecked", findings.checked.total())
    observability.count("RepairMended", findings.mended.total())
    observability.count("RepairFailed", findings.failed.total())
    observability.flush()
    return report


def _check(things: Sequence[str], now: str, findings: Findings, has_time: daily_tasks.HasTime) -> dict[str, Any]:
    """Check the named objects; `left` are those for which there was no time."""
    left = list(things)
    while left and has_time():
        try:
            repairs.repair(left.pop(0), REPAIRS, now, findings)
        except RepairFailed:
            continue  # it is counted and logged
    return {"left": left}


def _check_changed(now: str, findings: Findings, has_time: daily_tasks.HasTime) -> dict[str, Any]:
    """Check the people and the objects that changed on the days that are over."""

    def check_person(user_id: str) -> bool:
        return repairs.repair(f"people/{user_id}", REPAIRS, now, findings)

    def check_entry(entry: str) -> bool:
        return repairs.repair(_object_of(entry.partition(" ")[2]), REPAIRS, now, findings)

    days = clock.days_before(clock.local_day(now), DAYS_LOOKED_BACK)
    people = daily_tasks.run_task(Task("repair_people", page=_people, work=check_person), days, has_time)
    objects = daily_tasks.run_task(Task("repair_objects", page=_entries, work=check_entry), days, has_time)
    return (people + objects).as_counts()


def _people(day: str, after: str | None) -> list[str]:
    """Ids of people whose profile changed on a day."""
    return profiles.with_changed_reputation(day, _AT_A_TIME, after)


def _entries(day: str, after: str | None) -> list[str]:
    """Entries of the audit trail of a day: id and object. Of a page, each object once, and the last entry always."""
    bounds = ids_between(*clock.bounds_of_day(day))
    found = audit.changed_objects(*bounds, _AT_A_TIME, after.partition(" ")[0] if after else None)
    latest = {thing: entry_id for entry_id, thing in found}
    return [f"{entry_id} {thing}" for entry_id, thing in found if latest[thing] == entry_id]


def _object_of(thing: str) -> str:
    """The object to check for an entry: for a bid, its job."""
    kind, _, object_id = thing.partition("/")
    bid = bids.find(object_id) if kind == "bids" else None
    return f"jobs/{bid.job_id}" if bid else thing
