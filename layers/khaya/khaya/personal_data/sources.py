"""Items with words of a person that no index of the item's own table lists for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from khaya.audit import store as audit
from khaya.bids import store as bids
from khaya.bids.model import Bid
from khaya.decisions import store as decisions
from khaya.escrows import store as escrows
from khaya.escrows.model import Escrow
from khaya.jobs import store as jobs
from khaya.jobs.model import Job, Party
from khaya.listings import store as listings
from khaya.listings.model import Listing
from khaya.platform.data.pages import MAX_LIMIT, every_item
from khaya.profiles import store as profiles
from khaya.profiles.model import Profile
from khaya.referrals import store as referrals
from khaya.referrals.model import WaitingReward
from khaya.reports import store as reports
from khaya.reports.model import Report
from khaya.reviews import store as reviews
from khaya.reviews.model import Review
from khaya.stories import store as stories
from khaya.stories.model import Story
from khaya.users.model import Decision

Decided = Job | Listing | Story | Review | Report | Profile | WaitingReward | Decision
"""What an admin decides about, giving a reason on the item itself."""

_PARTIES: Final[tuple[Party, ...]] = ("buyer", "worker")

_FIND: Final[Mapping[str, Callable[[str], Decided | None]]] = {
    "job.completed": jobs.find,
    "job.cancelled": jobs.find,
    "listing.moderated": listings.find,
    "story.moderated": stories.find,
    "review.moderated": reviews.find,
    "report.resolved": reports.find,
    "person.verified": profiles.find,
    "person.verification_refused": profiles.find,
    "reward.paid": referrals.find_reward,
    "reward.refused": referrals.find_reward,
}
"""The items by the actions of the audit trail."""

_ENDS_OF_ESCROWS: Final = frozenset({"escrow.released", "escrow.refunded"})
"""The actions of the audit trail that end an escrow."""

_DECISIONS: Final = frozenset({"person.suspended", "person.reinstated", "person.made_admin", "person.ended_admin"})
"""The actions of the audit trail that are decisions about a person."""


def jobs_of(user_id: str, party: Party) -> Iterator[Job]:
    """The jobs in which a person is the given party."""
    return every_item(lambda page_request: jobs.of_person(party, user_id, None, page_request))


def escrows_of(user_id: str) -> Iterator[Escrow]:
    """The escrows of the jobs of a person, on either side."""
    for party in _PARTIES:
        for job in jobs_of(user_id, party):
            escrow = escrows.find(job.id) if job.escrow is not None else None
            if escrow is not None:
                yield escrow


def bids_on(job: Job) -> Iterator[Bid]:
    """The bids on a job."""
    return every_item(lambda page_request: bids.on_job(job.id, "createdAt", page_request))


def bids_received(user_id: str) -> Iterator[Bid]:
    """The bids on a person's jobs."""
    for job in jobs_of(user_id, "buyer"):
        yield from bids_on(job)


def reviews_about(user_id: str) -> Iterator[Review]:
    """The reviews about a person, also hidden ones, which no index lists."""
    for slots in _batches(_slots_of_reviewers(user_id)):
        yield from reviews.in_slots(slots)


def decided_by(user_id: str) -> Iterator[Decided]:
    """The items that a person decided about as an admin, by the audit trail; one item may come several times."""
    people: set[str] = set()
    for entry in every_item(lambda page_request: audit.list_entries(None, user_id, page_request)):
        object_id = entry.object.partition("/")[2]
        if entry.action in _DECISIONS:
            if object_id in people:
                continue
            people.add(object_id)
            yield from (one for one in decisions_about(object_id) if one.decided_by == user_id)
        elif entry.action in _FIND:
            item = _FIND[entry.action](object_id)
            if item is not None and not (isinstance(item, Job) and (item.closing is None or item.party(user_id))):
                yield item


def disputes_decided_by(user_id: str) -> Iterator[Escrow]:
    """The escrows whose dispute a person decided as an admin, by the audit trail."""
    for entry in every_item(lambda page_request: audit.list_entries(None, user_id, page_request)):
        escrow = escrows.find(entry.object.partition("/")[2]) if entry.action in _ENDS_OF_ESCROWS else None
        if escrow is not None and escrow.dispute is not None and escrow.dispute.decision == "admin":
            yield escrow


def decisions_about(user_id: str) -> Iterator[Decision]:
    """The admins' decisions about a person."""
    return every_item(lambda page_request: decisions.of_person(user_id, page_request))


def _slots_of_reviewers(user_id: str) -> Iterator[tuple[str, str]]:
    """For each completed job of the person, the job and the other party."""
    for job in jobs_of(user_id, "buyer"):
        if job.completed_at and job.worker_id:
            yield job.id, job.worker_id
    for job in jobs_of(user_id, "worker"):
        if job.completed_at:
            yield job.id, job.buyer_id


def _batches(slots: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    for slot in slots:
        batch.append(slot)
        if len(batch) == MAX_LIMIT:
            yield batch
            batch = []
    if batch:
        yield batch
