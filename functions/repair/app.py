"""Every night, checks what changed lately against what is derived from it, and mends the differences.

The event is that of the schedule, or `{"objects": ["jobs/<id>", "people/<id>", …]}` from `operations/repair.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from khaya.account_changes.repair import repair_account_changes
from khaya.admin_queues.model import KEPT
from khaya.admin_queues.repair import repair_queue
from khaya.bids.repair import repair_bids
from khaya.enquiries.repair import repair_enquiries
from khaya.erasure.repair import repair_erasure, repair_parked, repeat_erasure
from khaya.jobs import store as jobs
from khaya.listings import store as listings
from khaya.name_sync.repair import repair_names
from khaya.pictures.repair import repair_pictures
from khaya.platform.base import clock, observability
from khaya.platform.base.settings import require, settings
from khaya.platform.data.changed_days import changed_on
from khaya.platform.work import daily_tasks, parked_records, repairs
from khaya.platform.work.daily_tasks import Task
from khaya.platform.work.repairs import Findings, RepairFailed, Repairs, RepairUnfinished
from khaya.profiles import store as profiles
from khaya.referrals.repair import repair_held_referrals, repair_held_referrals_of_account, repair_referrals
from khaya.reputation import service as reputation
from khaya.reviews.repair import repair_ratings
from khaya.search.repair import repair_words
from khaya.stories import store as stories
from khaya.stories.repair import (
    repair_likes,
    repair_reward_of_person,
    repair_reward_of_story,
    repair_rewards_of_job,
)

require(queues=("derived", "money", "pictures"))

DAYS_LOOKED_BACK = 7
"""Days for which the task may not have run without missing anything."""

SAFETY_MILLISECONDS = 20_000
"""Time left at which a run ends; the next one goes on from there."""

_AT_A_TIME = 100

Page: TypeAlias = Callable[[str, int, str | None], list[str]]
"""Returns ids of a day: the day, how many at most, and the id after which they begin."""

REPAIRS: Final[Repairs] = {
    "jobs": {
        "search": partial(repair_words, kind="jobs", key=jobs.key),
        "referrals": repair_referrals,
        "story_rewards": repair_rewards_of_job,
        "pictures": partial(repair_pictures, resource="jobs", key=jobs.key),
        "bids": repair_bids,
    },
    "listings": {
        "search": partial(repair_words, kind="listings", key=listings.key),
        "pictures": partial(repair_pictures, resource="listings", key=listings.key),
        "enquiries": repair_enquiries,
    },
    "stories": {
        "pictures": partial(repair_pictures, resource="stories", key=stories.key),
        "story_rewards": repair_reward_of_story,
        "likes": repair_likes,
    },
    "people": {
        "names": repair_names,
        "account_changes": repair_account_changes,
        "erasure": repair_erasure,
        "held_referrals": repair_held_referrals,
        "story_rewards": repair_reward_of_person,
        "pictures": partial(repair_pictures, resource="profiles", key=profiles.key),
        "reputation": lambda user_id, _: int(reputation.update_reputation(user_id)),
        "ratings": repair_ratings,
    },
    "payout_accounts": {"held_referrals": repair_held_referrals_of_account},
    "queues": {"admin_queues": repair_queue},
    "parked": {"parked records": repair_parked},
    "erasures": {"repeated erasures": repeat_erasure},
}
"""The repairs of each kind of object. Those that write the object itself come last: it has to settle after them.

`parked` are files of parked records, which `operations/parked_records.py` names before it replays them; `erasures` are
people whose erasure `operations/erase_again.py` repeats.
"""


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
    observability.count("RepairMended", findings.mended.total())
    observability.count_for_alarm("TaskFailed", findings.failed.total())
    observability.flush()
    return report


def _check(things: Sequence[str], now: str, findings: Findings, has_time: daily_tasks.HasTime) -> dict[str, Any]:
    """Check the named objects; `left` are those for which there was no time."""
    left = list(things)
    while left and has_time():
        try:
            repairs.repair(left[0], REPAIRS, now, findings, has_time)
        except RepairFailed:
            pass  # it is counted and logged
        except RepairUnfinished as unfinished:
            if unfinished.out_of_time:
                break
        left.pop(0)
    return {"left": left}


def _check_changed(now: str, findings: Findings, has_time: daily_tasks.HasTime) -> dict[str, Any]:
    """Check what changed last on the days that are over, all queues of admins, and all parked records."""

    def task(kind: str, page: Page) -> Task:
        return Task(
            f"repair_{kind}",
            page=lambda day, after: page(day, _AT_A_TIME, after),
            work=lambda one: repairs.repair(f"{kind}/{one}", REPAIRS, now, findings, has_time),
        )

    tables = settings()
    tasks = [
        task("people", profiles.with_changed_reputation),
        task("jobs", partial(changed_on, tables.jobs_table)),
        task("listings", partial(changed_on, tables.listings_table)),
        task("stories", partial(changed_on, tables.stories_table)),
        task("payout_accounts", partial(changed_on, tables.payouts_table)),
    ]
    days = clock.days_before(clock.local_day(now), DAYS_LOOKED_BACK)
    report = daily_tasks.TaskCounts()
    for one in tasks:
        report += daily_tasks.run_task(one, days, has_time)
    _check([f"queues/{name}" for name in KEPT], now, findings, has_time)
    _check([f"parked/{file}" for file in parked_records.names()], now, findings, has_time)
    return report.as_counts()
