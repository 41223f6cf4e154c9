"""Updates a person's jobs, bids, listings and stories to match their account: suspension and roles.

Open jobs, listings and stories of a suspended person are hidden, and shown again when the suspension ends. The open
jobs of a person who is no longer a buyer are hidden too, until they are a buyer again. Pending bids of a person who is
no longer a worker are withdrawn, and listings of a person who is no longer a seller become inactive.

All of it is idempotent and reads the present profile, so it does not matter how often or in which order it is done.
What must hold at once does not depend on it: the acceptance of a bid, a new bid and the use of a referral code check
the accounts in their transactions, and profile and directory change in the transaction of the suspension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from khaya.bids import service as bids_service
from khaya.bids import store as bids
from khaya.bids.model import Bid
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.listings import store as listings
from khaya.listings.model import Listing
from khaya.platform.base.errors import Conflict, NotFound
from khaya.platform.data.pages import every_item
from khaya.platform.data.resumable import EveryItem
from khaya.platform.data.unit_of_work import UnitOfWork, Write, commit_now
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store as profiles
from khaya.profiles.model import Profile
from khaya.stories import store as stories
from khaya.stories.model import Story

Subject = TypeVar("Subject", Job, Story, Listing)

_ATTEMPTS = 10


def apply(user_id: str, now: str) -> Iterator[None]:
    """Bring the person's items in line; yields after each item that was changed.

    Raises:
        WriteConflict: others changed an item during every attempt.
    """
    profile = profiles.find(user_id)
    if profile is None or profile.erased_at is not None:
        return
    for mend in _due(profile, now, every_item):
        if mend():
            yield


def is_due(user_id: str, now: str, every: EveryItem) -> bool:
    """Whether an item of the person differs from what follows from their account; `every` reads their lists."""
    profile = profiles.find(user_id)
    if profile is None or profile.erased_at is not None:
        return False
    return any(True for _ in _due(profile, now, every))


def _due(profile: Profile, now: str, every: EveryItem) -> Iterator[Callable[[], bool]]:
    """A function for each item that differs, which brings it in line and returns whether it still differed."""
    person, suspended = profile.user_id, bool(profile.hidden)
    jobs_hidden = suspended or "buyer" not in profile.roles
    for job in every(lambda request: jobs.of_person("buyer", person, "open", request)):
        yield from _to_write(job, jobs.find, lambda one: jobs.set_hidden(one, hidden=jobs_hidden))
    for story in every(lambda request: stories.of_author(person, request)):
        yield from _to_write(story, stories.find, lambda one: stories.set_hidden(one, hidden=suspended))
    for listing in every(lambda request: listings.of_seller(person, request)):
        yield from _to_write(listing, listings.find, lambda one: listings.set_hidden(one, hidden=suspended))
        if "seller" not in profile.roles and listing.counts_towards_limit:
            yield partial(_deactivate, listing, now)
    if "worker" not in profile.roles:
        for bid in every(lambda request: bids.of_worker(person, "pending", request)):
            yield partial(_withdraw, bid, now)


def _to_write(
    item: Subject, find: Callable[[str], Subject | None], change: Callable[[Subject], Write | None]
) -> Iterator[Callable[[], bool]]:
    """The function that writes the change of an item of an index after reading it, if it needs one."""

    def attempt() -> bool:
        current = find(item.id)
        write = None if current is None else change(current)
        if write is not None:
            commit_now(write)
        return write is not None

    if change(item) is not None:
        yield lambda: retry_on_conflict(attempt, _ATTEMPTS)


def _deactivate(listing: Listing, now: str) -> bool:
    def attempt() -> bool:
        current = listings.find(listing.id)
        if current is None or not current.counts_towards_limit:
            return False
        commit_now(*listings.change(current, current.deactivated(now)))
        return True

    return retry_on_conflict(attempt, _ATTEMPTS)


def _withdraw(bid: Bid, now: str) -> bool:
    def attempt() -> bool:
        unit_of_work = UnitOfWork()
        try:
            bids_service.withdraw(bid.id, worker_id=bid.worker_id, now=now, unit_of_work=unit_of_work)
            unit_of_work.commit()
        except (Conflict, NotFound):
            return False  # it was decided in the meantime
        return True

    return retry_on_conflict(attempt, _ATTEMPTS)
