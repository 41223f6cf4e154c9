"""The work that follows when somebody leaves, until nothing names them and their account is gone.

It is done step by step. Each step looks for what is left to do, and does it one thing at a time, so an interrupted run
is finished by the next one. It begins when requests that had passed the gate before have ended: see the queue's delay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from khaya.bids import store as bids
from khaya.bids.model import REJECTION_REASONS, Bid
from khaya.exports import store as exports
from khaya.former_members import store
from khaya.jobs import store as jobs
from khaya.jobs.model import Job, Party
from khaya.listings import store as listings
from khaya.listings.model import Listing
from khaya.name_sync import service as names
from khaya.notifications import store as notifications
from khaya.platform.aws import cognito, files
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.data.pages import MOST, PageRequest, every_item
from khaya.platform.data.unit_of_work import Write, commit_now, read
from khaya.profiles import store as profiles
from khaya.profiles.model import FORMER_NAME
from khaya.reminders import store as reminders
from khaya.reports import store as reports
from khaya.sessions import store as sessions
from khaya.stories import store as stories
from khaya.uploads.model import uploads_of
from khaya.users import store as users

Thing = TypeVar("Thing")
Step = Callable[[str, str], Iterator[None]]

_RERUNS = 10
_LONG_AGO = "1970-01-01T00:00:00.000Z"


def run(user_id: str, now: str, time_is_left: Callable[[], bool]) -> bool:
    """Do what is left to do for somebody who was erased, while time is left, and answer whether that is all.

    What is not gets a run of its own.
    """
    record = read(users.key(user_id))
    if record is None or record.get("status") != "erased" or "erasureDoneAt" in record:
        return True
    for step in STEPS:
        for _ in step(user_id, now):
            if not time_is_left():
                commit_now(users.continue_erasure(user_id))
                return False
    return True


def _remember(user_id: str, now: str) -> Iterator[None]:
    """Keep the hashes by which the person is known when they come back, before their contacts go."""
    commit_now(*store.remember(users.get(user_id), now))
    yield from ()


def _profile(user_id: str, now: str) -> Iterator[None]:
    """Empty the profile once more: a request that had passed the gate before may have written it."""
    for attempt in range(_RERUNS):
        profile = profiles.get(user_id)
        erased = profile.erased(now)
        if erased is profile:
            return
        try:
            commit_now(*profiles.erase(profile, erased))
        except WriteConflict:
            pause(attempt)
        else:
            yield
    raise WriteConflict


def _names(user_id: str, now: str) -> Iterator[None]:
    del now
    yield from names.follow(user_id)


def _told(user_id: str, now: str) -> Iterator[None]:
    """Tell the person nothing any more, on no device: not even what this leads to."""
    for attempt in range(_RERUNS):
        person = notifications.person(user_id)
        if person.erased_at is not None:
            return
        try:
            commit_now(*notifications.leave(person, now))
        except WriteConflict:
            pause(attempt)
        else:
            yield
    raise WriteConflict


def _jobs(user_id: str, now: str) -> Iterator[None]:
    """Call off open jobs, and remove from all of them what tells of the person. Pending bids are rejected by that."""
    parties: tuple[Party, ...] = ("buyer", "worker")
    for party in parties:

        def forget(job: Job, party: Party = party) -> list[Write]:
            after = job.anonymised(party, FORMER_NAME, now)
            return [] if after is job else [jobs.change(job, after)]

        for job in every_item(lambda page_request, party=party: jobs.of_person(party, user_id, None, page_request)):  # type: ignore[misc]
            if _changed(job, forget, lambda job=job: jobs.find(job.id)):  # type: ignore[misc]
                yield


def _bids(user_id: str, now: str) -> Iterator[None]:
    """Take pending bids back, and remove from all of them what the person wrote."""

    def forget(bid: Bid) -> list[Write]:
        after = bid.anonymised(FORMER_NAME)
        if bid.status != "pending":
            return [] if after == bid else [bids.change(bid, after)]
        job = jobs.find(bid.job_id)
        if job is None or job.status == "open":
            taken_back = [bids.change(bid, after.withdrawn(user_id, now)), bids.free_slot(bid)]
            return [*taken_back, jobs.count_bid(bid.job_id, -1)]
        return [bids.change(bid, after.rejected(REJECTION_REASONS[job.status], now))]

    for bid in every_item(lambda page_request: bids.of_worker(user_id, None, page_request)):
        if _changed(bid, forget, lambda bid=bid: bids.find(bid.id)):  # type: ignore[misc]
            yield


def _listings(user_id: str, now: str) -> Iterator[None]:
    def forget(listing: Listing) -> list[Write]:
        after = listing.anonymised(FORMER_NAME, now)
        return [] if after is listing else listings.change(listing, after)

    for listing in every_item(lambda page_request: listings.of_seller(user_id, page_request)):
        if _changed(listing, forget, lambda listing=listing: listings.find(listing.id)):  # type: ignore[misc]
            yield


def _stories(user_id: str, now: str) -> Iterator[None]:
    """Delete the person's stories, and take back their likes of others'."""
    del now
    for story in every_item(lambda page_request: stories.of_author(user_id, page_request)):
        _commit_or_gone([stories.remove(story)])
        yield
    for story_id in every_item(lambda page_request: stories.liked_by(user_id, page_request)):
        if not _commit_or_gone(stories.unlike(story_id, user_id)):
            commit_now(stories.delete_like(story_id, user_id))
        yield


def _reports(user_id: str, now: str) -> Iterator[None]:
    del now
    for report in every_item(lambda page_request: reports.of_reporter(user_id, page_request)):
        changes = reports.anonymise(report, report.anonymised())
        if changes:
            commit_now(*changes)
            yield


def _sessions(user_id: str, now: str) -> Iterator[None]:
    del now
    for session in every_item(lambda page_request: sessions.of_person(user_id, _LONG_AGO, page_request)):
        commit_now(sessions.remove(session.id))
        yield


def _reminders(user_id: str, now: str) -> Iterator[None]:
    """Remove what the person set for themselves, some at a time. What a job asks of them names nobody, and ends."""
    del now
    while found := reminders.of_person(user_id, PageRequest(("erasure",), MOST)).items:
        reminders.remove(found)
        yield


def _inbox(user_id: str, now: str) -> Iterator[None]:
    """Remove what the person was told, some at a time."""
    del now
    while found := notifications.inbox(user_id, PageRequest(("erasure",), MOST)).items:
        notifications.remove(found)
        yield


def _files(user_id: str, now: str) -> Iterator[None]:
    """Delete uploads, but what was handed in as proof of work for others; and the files made for the person."""
    del now
    evidence: set[str] = set()
    for job in every_item(lambda page_request: jobs.of_person("worker", user_id, None, page_request)):
        evidence.update(job.submission.photos if job.submission else ())
    folders = [uploads_of(user_id), *(f"{kind}/{user_id}/" for kind in (files.EXPORTS, files.STATEMENTS))]
    for folder in folders:
        for _ in files.remove(folder, but=evidence):
            yield
    commit_now(exports.forget(user_id))


def _account(user_id: str, now: str) -> Iterator[None]:
    """Empty the private record, and at the very end remove the account, which frees phone and e-mail."""
    cognito.remove(user_id)
    record = read(users.key(user_id)) or {}
    commit_now(users.forget(users.read(record, user_id), record["erasedAt"], now))
    yield from ()


STEPS: Sequence[Step] = (
    _remember,
    _profile,
    _names,
    _told,
    _jobs,
    _bids,
    _listings,
    _stories,
    _reports,
    _sessions,
    _reminders,
    _inbox,
    _files,
    _account,
)
"""In this order: the contacts are needed for the first, and nothing is left to find when the last is done."""


def _changed(thing: Thing, decide: Callable[[Thing], list[Write]], read: Callable[[], Thing | None]) -> bool:
    """Make the changes that are decided on a thing, on what it is by now where somebody else was faster."""
    present: Thing | None = thing
    for attempt in range(_RERUNS):
        changes = decide(present) if present is not None else []
        if not changes:
            return False
        try:
            commit_now(*changes)
        except (WriteConflict, Conflict):
            pause(attempt)
            present = read()
        else:
            return True
    raise WriteConflict


def _commit_or_gone(changes: Sequence[Write]) -> bool:
    try:
        commit_now(*changes)
    except WriteConflict:
        return False
    return True
