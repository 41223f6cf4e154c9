"""The steps of an erasure about items that stay, without the person's data and words: their own and other people's.

`personal_data.catalogue` says which attributes these are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final, TypeVar

from khaya.bids import store as bids
from khaya.bids.model import REJECTION_REASONS, Bid
from khaya.collections import store as collections
from khaya.decisions import store as decisions
from khaya.enquiries import service as enquiry_service
from khaya.enquiries import store as enquiries
from khaya.enquiries.model import SIDES, Enquiry
from khaya.erasure import store as erasures
from khaya.escrows import store as escrows
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.listings import store as listings
from khaya.listings.model import Listing
from khaya.notifications import store as notifications
from khaya.notifications.model import Notification
from khaya.payouts import store as payouts
from khaya.payouts.model import earning_id
from khaya.personal_data import sources
from khaya.personal_data.items import without_person
from khaya.personal_data.places import ADMIN, BUYER_OF_THE_JOB
from khaya.personal_data.sources import Decided
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import Write, commit_now, read
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store as profiles
from khaya.profiles.model import Profile
from khaya.referrals import store as referrals
from khaya.referrals.model import WaitingReward
from khaya.refunds import store as refunds
from khaya.reports import store as reports
from khaya.reports.model import Report
from khaya.reviews import store as reviews
from khaya.reviews.model import Review
from khaya.stories import store as stories
from khaya.stories.model import Story
from khaya.users import store as users
from khaya.users.model import Decision

Subject = TypeVar("Subject")

ATTEMPTS = 10
_CONFLICTS = (WriteConflict, Conflict)


def _jobs(user_id: str, now: str) -> Iterator[None]:
    """Cancel open jobs, and remove the person's data from all their jobs and the bids on them."""
    for job in chain(sources.jobs_of(user_id, "buyer"), sources.jobs_of(user_id, "worker")):
        yield from _forget_job(job, user_id, now)


def _open_jobs(user_id: str, now: str) -> Iterator[None]:
    """Cancel open jobs, which nobody has paid, and remove the person's data from them and the bids on them."""
    for job in sources.jobs_of(user_id, "buyer"):
        if job.status == "open":
            yield from _forget_job(job, user_id, now)


def _forget_job(job: Job, user_id: str, now: str) -> Iterator[None]:
    """Cancel a job if it is open, whose pending bids are then rejected, and remove the person's data from it.

    The bids come first: a bid with the job's title is one whose worker's inbox was not searched for it yet.
    """

    def forget(job: Job) -> list[Write]:
        after = without_person(job, user_id, now)
        if job.status == "open" and job.buyer_id == user_id:
            after = after.abandoned(now)
        return [] if after is job else [jobs.change(job, after)]

    if job.buyer_id == user_id:
        every_inbox = erasures.is_erasure_repeated(read(users.key(user_id)))
        for bid in sources.bids_on(job):
            yield from _bid_received(bid, user_id, now, every_inbox=every_inbox)
    if _changed(job, forget, lambda: jobs.find(job.id)):
        yield


def _bid_received(bid: Bid, user_id: str, now: str, *, every_inbox: bool) -> Iterator[None]:
    """Remove the title of the person's job, and their message to the bidder, from a bid and from the bidder's inbox.

    A restored inbox may hold the title although the bid does not, so a repeated erasure searches `every_inbox`.
    """

    def forget(bid: Bid) -> list[Write]:
        after = without_person(bid, user_id, now)
        return [] if after is bid else [bids.change(bid, after)]

    if not every_inbox and not forget(bid):
        return
    for notification in every_item(lambda page_request: notifications.inbox(bid.worker_id, page_request)):
        if notification.latest_at < bid.created_at:  # the inbox is ordered by it
            break
        if notification.data.get("jobId") == bid.job_id and _unquote(notification, user_id, now):
            yield
    if _changed(bid, forget, lambda: bids.find(bid.id)):
        yield


def _told(job_id: str, parties: Sequence[str | None], decided_at: str, user_id: str, now: str) -> Iterator[None]:
    """Remove the reason of the person's decision as an admin about a job from the inboxes of its parties."""
    for party in filter(None, parties):
        for notification in every_item(lambda page_request, party=party: notifications.inbox(party, page_request)):  # type: ignore[misc]
            if notification.latest_at < decided_at:  # the inbox is ordered by it
                break
            if notification.data.get("jobId") == job_id and _unquote(notification, user_id, now, ADMIN):
                yield


def _unquote(notification: Notification, user_id: str, now: str, as_: str = BUYER_OF_THE_JOB) -> bool:
    after = without_person(notification, user_id, now, as_=(as_,))
    return after is not notification and commit_if_present([notifications.set_params(after.id, after.params)])


def _bids(user_id: str, now: str, *, only_pending: bool = False) -> Iterator[None]:
    """Withdraw pending bids, and remove the person's data from these or from all their bids."""

    def forget(bid: Bid) -> list[Write]:
        after = without_person(bid, user_id, now)
        if bid.status != "pending":
            return [] if after is bid else [bids.change(bid, after)]
        job = jobs.find(bid.job_id)
        if job is None or job.status == "open":
            taken_back = [bids.change(bid, after.withdrawn(user_id, now)), bids.free_slot(bid)]
            return [*taken_back, jobs.count_bid(bid.job_id, -1)]
        return [bids.change(bid, after.rejected(REJECTION_REASONS[job.status], now))]

    for bid in every_item(lambda page_request: bids.of_worker(user_id, None, page_request)):
        if only_pending and bid.status != "pending":
            continue
        if _changed(bid, forget, lambda bid=bid: bids.find(bid.id)):  # type: ignore[misc]
            yield


def _listings(user_id: str, now: str) -> Iterator[None]:
    def forget(listing: Listing) -> list[Write]:
        after = without_person(listing, user_id, now).deactivated(now)
        return [] if after is listing else listings.change(listing, after)

    for listing in every_item(lambda page_request: listings.of_seller(user_id, page_request)):
        if _changed(listing, forget, lambda listing=listing: listings.find(listing.id)):  # type: ignore[misc]
            yield


def _enquiries(user_id: str, now: str) -> Iterator[None]:
    """Close open enquiries that the person made or got, and remove their words from all."""

    def forget(enquiry: Enquiry) -> list[Write]:
        after = without_person(enquiry, user_id, now)
        if enquiry.status == "open":
            return enquiry_service.end_writes(enquiry, after.closed(now))
        return [] if after is enquiry else enquiries.change(enquiry, after)

    for side in SIDES:
        for enquiry in every_item(lambda page_request, side=side: enquiries.of_person(side, user_id, page_request)):  # type: ignore[misc]
            if _changed(enquiry, forget, lambda enquiry=enquiry: enquiries.find(enquiry.id)):  # type: ignore[misc]
                yield


def _reviews(user_id: str, now: str) -> Iterator[None]:
    """Remove the comments of the person's reviews, and their answers to reviews about them. Ratings stay."""

    def forget(review: Review) -> list[Write]:
        after = without_person(review, user_id, now)
        return [] if after is review else [reviews.change(review, after)]

    written = every_item(lambda page_request: reviews.of_reviewer(user_id, page_request))
    for review in chain(written, sources.reviews_about(user_id)):
        if _changed(review, forget, lambda review=review: reviews.find(review.id)):  # type: ignore[misc]
            yield


def _reports(user_id: str, now: str) -> Iterator[None]:
    def forget(report: Report) -> list[Write]:
        after = without_person(report, user_id, now)
        return [] if after is report else [reports.reword(report, after)]

    for report in every_item(lambda page_request: reports.of_reporter(user_id, page_request)):
        if _changed(report, forget, lambda report=report: reports.find(report.id)):  # type: ignore[misc]
            yield


def _decisions(user_id: str, now: str) -> Iterator[None]:
    """Remove the reasons of what the person decided as an admin."""

    def forget(item: Decided) -> list[Write]:
        after = without_person(item, user_id, now, as_=(ADMIN,))
        return [] if after is item else _CHANGE[type(item)](item, after)

    for item in sources.decided_by(user_id):
        if isinstance(item, Job) and item.closing is not None:
            yield from _told(item.id, (item.buyer_id, item.worker_id), item.closing.at, user_id, now)
        if _changed(item, forget, lambda item=item: _read_again(item)):  # type: ignore[misc]
            yield
    for escrow in sources.disputes_decided_by(user_id):
        yield from _told(escrow.id, (escrow.buyer_id, escrow.worker_id), escrow.ended_at or "", user_id, now)


def _payments(user_id: str, now: str) -> Iterator[None]:
    """Remove the person's words from escrows, and the titles of their jobs from what was paid."""
    for job in chain(sources.jobs_of(user_id, "buyer"), sources.jobs_of(user_id, "worker")):
        if job.escrow is None:
            continue
        copies = [_forget_in(escrows, user_id, now)(job.id)]
        if job.buyer_id == user_id:
            copies += [_forget_in(collections, user_id, now)(one.id) for one in collections.of_job(job.id)]
            copies += [_forget_in(refunds, user_id, now)(job.id), _forget_in(payouts, user_id, now)(earning_id(job.id))]
        if any(copies):
            yield


def _forget_in(store: Any, user_id: str, now: str) -> Callable[[str], bool]:
    """Removes the person's words from the item with an id in one of the stores of payments, if there is one."""

    def forget(item: Any) -> list[Write]:
        after = without_person(item, user_id, now, as_=(BUYER_OF_THE_JOB,))
        return [] if after is item else [store.change(item, after)]

    def change(item_id: str) -> bool:
        item = store.find(item_id)
        return item is not None and _changed(item, forget, lambda: store.find(item_id))

    return change


def _decisions_about(user_id: str, now: str) -> Iterator[None]:
    """Remove the reasons of admins' decisions about the person."""

    def forget(decision: Decision) -> list[Write]:
        after = without_person(decision, user_id, now)
        return [] if after is decision else [decisions.reword(decision, after)]

    for decision in sources.decisions_about(user_id):
        if _changed(decision, forget, lambda one=decision: decisions.find(one.user_id, one.id)):  # type: ignore[misc]
            yield


STEPS = (_payments, _jobs, _bids, _listings, _enquiries, _reviews, _reports, _decisions, _decisions_about)
"""The steps in order."""

CLOSING = (_open_jobs, partial(_bids, only_pending=True), _listings, _enquiries)
"""The steps that do not wait for the end of a hold."""


_FIND: Final[Mapping[type, Callable[[str], Decided | None]]] = {
    Job: jobs.find,
    Listing: listings.find,
    Story: stories.find,
    Review: reviews.find,
    Report: reports.find,
    Profile: profiles.find,
    WaitingReward: referrals.find_reward,
}
_CHANGE: Final[Mapping[type, Callable[[Any, Any], list[Write]]]] = {
    Job: lambda before, after: [jobs.change(before, after)],
    Listing: listings.change,
    Story: lambda before, after: [stories.change(before, after)],
    Review: lambda before, after: [reviews.change(before, after)],
    Report: lambda before, after: [reports.reword(before, after)],
    Profile: profiles.change,
    WaitingReward: lambda before, after: [referrals.reword(before, after)],
    Decision: lambda before, after: [decisions.reword(before, after)],
}
"""How an item about which an admin decided is read, and the writes of another reason on it."""


def _read_again(item: Decided) -> Decided | None:
    """The present state of an item about which an admin decided."""
    if isinstance(item, Decision):
        return decisions.find(item.user_id, item.id)
    return _FIND[type(item)](item.user_id if isinstance(item, Profile) else item.id)


def _changed(subject: Subject, decide: Callable[[Subject], list[Write]], read: Callable[[], Subject | None]) -> bool:
    """Commit the writes that `decide` returns for `subject`, which is read again after a conflict.

    Returns:
        Whether there were any writes.
    """

    def commit_changes(current: Subject | None) -> bool:
        writes = decide(current) if current is not None else []
        if writes:
            commit_now(*writes)
        return bool(writes)

    try:
        return commit_changes(subject)
    except _CONFLICTS:
        return retry_on_conflict(lambda: commit_changes(read()), ATTEMPTS, conflicts=_CONFLICTS)


def commit_if_present(writes: Sequence[Write]) -> bool:
    """Commit the writes, unless an item is gone; returns whether it was there."""
    try:
        commit_now(*writes)
    except WriteConflict:
        return False
    return True
