"""Reads what a person has to do: four lists at most, in parallel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from khaya.actions.model import OpenAction, actions_of_buyer, actions_of_seller, actions_of_worker, most_urgent_first
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.listings import store as listings
from khaya.listings.model import Listing
from khaya.platform.data.pages import MAX_LIMIT, PageRequest, PageResult
from khaya.platform.data.unit_of_work import connect
from khaya.platform.web.access import Caller
from khaya.platform.work.parallel import in_parallel
from khaya.reviews import store as reviews
from khaya.reviews.model import Review

_NEWEST: Final = PageRequest(("actions",), MAX_LIMIT)


def actions_of(caller: Caller, now: str) -> list[OpenAction]:
    """What the caller has to do in the roles that they hold, most urgent first.

    Looks at the newest 50 jobs of each side and the newest 50 listings, so that its cost does not grow.
    """
    person = caller.user_id
    reads: list[Callable[[], PageResult[Any]]] = []
    if "buyer" in caller.roles:
        reads.append(lambda: jobs.of_person("buyer", person, None, _NEWEST))
    if "worker" in caller.roles:
        reads.append(lambda: jobs.of_person("worker", person, None, _NEWEST))
    if reads:
        reads.append(lambda: reviews.of_reviewer(person, _NEWEST))
    if "seller" in caller.roles:
        reads.append(lambda: listings.of_seller(person, _NEWEST))
    if not reads:
        return []
    connect()  # before the threads start, which would each create a client
    found = [item for page in in_parallel(lambda read: read(), reads, len(reads)) for item in page.items]
    reviewed = {one.job_id for one in found if isinstance(one, Review)}
    actions: list[OpenAction] = []
    for one in found:
        if isinstance(one, Job):
            of_party = actions_of_buyer if one.buyer_id == person else actions_of_worker
            actions += of_party(one, reviewed, now)
        elif isinstance(one, Listing):
            actions += actions_of_seller(one)
    return most_urgent_first(actions)
