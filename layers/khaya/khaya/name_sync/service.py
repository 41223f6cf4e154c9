"""Updates the copies of a person's display name on jobs, bids, listings, reviews, stories and referrals.

These items contain the name, so that lists need not read each person's profile. The update is idempotent. It runs after
a change of the name, and as a part of an erasure.
"""

from __future__ import annotations

from collections.abc import Iterator

from khaya.bids import store as bids
from khaya.jobs import store as jobs
from khaya.listings import store as listings
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.pages import every_item
from khaya.platform.data.resumable import EveryItem
from khaya.platform.data.unit_of_work import Write, commit_now
from khaya.profiles import store as profiles
from khaya.referrals import service as referrals
from khaya.reviews import store as reviews
from khaya.stories import store as stories


def sync_name(user_id: str) -> Iterator[None]:
    """Write a person's current name to all copies; yields after each copy that was changed."""
    profile = profiles.find(user_id)
    if profile is None:
        return
    for renaming in _renamings(user_id, profile.display_name, every_item):
        if renaming is not None and _written(renaming):
            yield


def has_old_names(user_id: str, every: EveryItem = every_item) -> bool:
    """Whether a copy of a person's name differs from their profile; `every` reads the lists of copies."""
    profile = profiles.find(user_id)
    if profile is None:
        return False
    return any(renaming is not None for renaming in _renamings(user_id, profile.display_name, every))


def _renamings(user_id: str, name: str, every: EveryItem) -> Iterator[Write | None]:
    for job in every(lambda page_request: jobs.of_person("buyer", user_id, None, page_request)):
        yield jobs.rename(job, "buyer", name)
    for job in every(lambda page_request: jobs.of_person("worker", user_id, None, page_request)):
        yield jobs.rename(job, "worker", name)
    for bid in every(lambda page_request: bids.of_worker(user_id, None, page_request)):
        yield bids.rename(bid, name)
    for listing in every(lambda page_request: listings.of_seller(user_id, page_request)):
        yield listings.rename(listing, name)
    for review in every(lambda page_request: reviews.of_reviewer(user_id, page_request)):
        yield reviews.rename(review, name)
    for story in every(lambda page_request: stories.of_author(user_id, page_request)):
        yield stories.rename(story, name)
    yield from referrals.renamings(user_id, name, every)


def _written(renaming: Write) -> bool:
    try:
        commit_now(renaming)
    except WriteConflict:
        return False  # the item was deleted in the meantime
    return True
