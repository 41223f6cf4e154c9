"""Erases the personal data of a person, and at the end their account.

An erasure is a sequence of steps. Each step searches for the items that are left and changes them one by one, so that a
later run completes an interrupted one. The queue delays the first run until requests from before the decision ended.
What is erased where is the list of `khaya.personal_data`; `kept_items` has the steps about items that stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from khaya.erasure import kept_items
from khaya.erasure import store as erasures
from khaya.erasure.kept_items import ATTEMPTS, commit_if_present
from khaya.erasure.model import Progress
from khaya.erasure.parked import remove_from_parked
from khaya.exports import store as exports
from khaya.former_members import store
from khaya.identities import store as identities
from khaya.jobs import store as jobs
from khaya.name_sync import service as name_sync
from khaya.notifications import store as notifications
from khaya.payout_accounts import store as payout_accounts
from khaya.personal_data import sources
from khaya.platform.aws import cognito, files
from khaya.platform.data.pages import MAX_LIMIT, PageRequest, every_item
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store as profiles
from khaya.reminders import store as reminders
from khaya.sessions import store as sessions
from khaya.stories import store as stories
from khaya.uploads import store as uploads
from khaya.uploads.model import folder_of, pictures_prefix, upload_id, uploads_prefix
from khaya.users import store as users

Step = Callable[[str, str], Iterator[None]]

_LONG_AGO = "1970-01-01T00:00:00.000Z"


def run(user_id: str, now: str, has_time: Callable[[], bool]) -> Progress:
    """Continue the erasure of a person while `has_time`. If time runs out, another run is requested.

    While their data is kept for chargebacks, only what need not wait is closed and erased.
    """
    record = read(users.key(user_id))
    if record is None or record.get("status") != "erased" or "erasureDoneAt" in record:
        return "complete"
    is_held = (erasures.held_until(record) or "") > now
    if is_held and erasures.is_closed(record):
        return "closed"
    for step in CLOSING if is_held else STEPS:
        for _ in step(user_id, now):
            if not has_time():
                commit_now(erasures.request_erasure_run(user_id))
                return "goes_on"
    if not is_held:
        return "complete"
    commit_now(erasures.mark_closed(user_id, now))
    return "closed"


def _store_hashes(user_id: str, now: str) -> Iterator[None]:
    """Store the hashes that recognise a returning person, before their contacts are erased."""
    commit_now(*store.store_hashes(users.get(user_id), now))
    yield from ()


def _profile(user_id: str, now: str) -> Iterator[None]:
    """Empty the profile again: a request that passed the account guard before the decision may have written it."""

    def empty_profile() -> bool:
        profile = profiles.get(user_id)
        erased = profile.erased(now)
        if erased is profile:
            return False
        commit_now(*profiles.erase(profile, erased))
        return True

    while retry_on_conflict(empty_profile, ATTEMPTS):
        yield


def _names(user_id: str, now: str) -> Iterator[None]:
    del now
    yield from name_sync.sync_name(user_id)


def _notification_settings(user_id: str, now: str) -> Iterator[None]:
    """Stop all notifications, before later steps cause any, and remove the person's devices."""

    def stop_notifications() -> bool:
        person = notifications.recipient(user_id)
        if person.erased_at is not None:
            return False
        commit_now(*notifications.erase_recipient(person, now))
        return True

    while retry_on_conflict(stop_notifications, ATTEMPTS):
        yield


def _stories(user_id: str, now: str) -> Iterator[None]:
    """Delete the person's stories and likes."""
    del now
    for story in every_item(lambda page_request: stories.of_author(user_id, page_request)):
        commit_if_present([stories.remove(story)])
        yield
    for story_id in every_item(lambda page_request: stories.liked_by(user_id, page_request)):
        retry_on_conflict(partial(_take_back_like, story_id, user_id), ATTEMPTS)
        yield


def _take_back_like(story_id: str, user_id: str) -> None:
    """Delete a like, and count it down unless its story was deleted."""
    if read(stories.like_key(story_id, user_id)) is None:
        return
    story = stories.find(story_id)
    if story is None:
        commit_now(stories.delete_like(story_id, user_id))
    else:
        commit_now(*stories.take_back_like(story, user_id))


def _sessions(user_id: str, now: str) -> Iterator[None]:
    """Delete the person's sessions, page by page. Cognito's tokens end with the account."""
    del now
    while found := sessions.of_person(user_id, _LONG_AGO, PageRequest(("erasure",), MAX_LIMIT)).items:
        sessions.delete_many([session.id for session in found])
        yield


def _reminders(user_id: str, now: str) -> Iterator[None]:
    """Delete the person's own reminders, page by page. Reminders of jobs contain no personal data."""
    del now
    while found := reminders.of_person(user_id, PageRequest(("erasure",), MAX_LIMIT)).items:
        reminders.remove_all_of(user_id, found)
        yield


def _inbox(user_id: str, now: str) -> Iterator[None]:
    """Delete the person's notifications, page by page."""
    del now
    while found := notifications.inbox(user_id, PageRequest(("erasure",), MAX_LIMIT)).items:
        notifications.remove(found)
        yield


def _files(user_id: str, now: str) -> Iterator[None]:
    """Delete uploads, but what was handed in as proof or as evidence for others; and the files made for the person.

    Of proof that was written anew, only the new files stay: the original may hold where it was taken. The items of the
    uploads go first, so that a picture that is being checked meanwhile finds nothing to write about.
    """
    del now
    evidence: set[str] = set()
    for job in every_item(lambda page_request: jobs.of_person("worker", user_id, None, page_request)):
        for key in job.submission.photos if job.submission else ():
            facts = job.pictures.get(upload_id(key))
            evidence.add(folder_of(key) if facts and facts.state == "ready" else key)
    for escrow in sources.escrows_of(user_id):
        for key in escrow.evidence_photos:
            facts = escrow.pictures.get(upload_id(key))
            evidence.add(folder_of(key) if facts and facts.state == "ready" else key)
    listed = files.list_files(uploads_prefix(user_id))
    while keys := [one["key"] for one in islice(listed, MAX_LIMIT)]:
        uploads.remove(keys)  # no yield: a run that ended here would find the same keys again
    folders = [uploads_prefix(user_id), pictures_prefix(user_id)]
    folders += [f"{kind}/{user_id}/" for kind in (files.EXPORTS, files.STATEMENTS)]
    for folder in folders:
        for _ in files.delete_folder(folder, keep=evidence):
            yield
    commit_now(exports.delete(user_id))


def _payout_account(user_id: str, now: str) -> Iterator[None]:
    """Delete the payout account. The hashes of the identity number stay, so that it cannot be used afresh."""
    del now
    commit_now(payout_accounts.erase(user_id))
    yield from ()


def _account(user_id: str, now: str) -> Iterator[None]:
    """Delete the Cognito account, free phone and e-mail, forget earlier ones, and empty the private record."""
    record = read(users.key(user_id)) or {}
    user = users.read(record, user_id)
    if user.subject:
        cognito.delete(user.subject)
    commit_now(*identities.forget_former(user_id))
    commit_now(erasures.leave_tombstone(user, record["erasedAt"], now), *identities.release_all(user))
    yield from ()


CLOSING: Sequence[Step] = (
    _store_hashes,
    _profile,
    _notification_settings,
    *kept_items.CLOSING,
    _stories,
    _sessions,
    _reminders,
    _inbox,
    _payout_account,
)
"""The steps that do not wait for the end of a hold. What they leave may be evidence in a chargeback."""


STEPS: Sequence[Step] = (
    _store_hashes,
    _profile,
    _names,
    _notification_settings,
    *kept_items.STEPS,
    _stories,
    _sessions,
    _reminders,
    _inbox,
    _files,
    _payout_account,
    remove_from_parked,
    _account,
)
"""The steps in order. The first needs the contacts; the last marks the erasure as complete."""
