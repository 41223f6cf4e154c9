"""The contents of an export: all data about a person, read table by table while the file is written.

Excluded are the other party's contact on a job, hashes, and internal counters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from khaya.bids import store as bids
from khaya.jobs import store as jobs
from khaya.ledger import store as ledger
from khaya.listings import store as listings
from khaya.notifications import store as notifications
from khaya.notifications import view as notices
from khaya.payout_accounts import store as payout_accounts
from khaya.payout_accounts.view import account_view
from khaya.platform.aws import files
from khaya.platform.base.models import item_of
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import read, read_together
from khaya.profiles import store as profiles
from khaya.referrals import store as referrals
from khaya.reminders import store as reminders
from khaya.reminders import view as reminder_views
from khaya.reports import store as reports
from khaya.reviews import store as reviews
from khaya.sessions import store as sessions
from khaya.stories import store as stories
from khaya.uploads.model import uploads_prefix
from khaya.users import store as users

_CONTACTS: Final = {"buyer": "workerContact", "worker": "buyerContact"}
_NOT_OF_SESSIONS: Final = {"sealed", "latest", "live", "used", "dropped"}
_ENTRY: Final = ("id", "createdAt", "type", "amountCents", "balanceAfterCents", "source", "reason", "withdrawalStatus")
_LONG_AGO: Final = "1970-01-01T00:00:00.000Z"


def chunks(user_id: str, now: str) -> Iterator[bytes]:
    """The file's JSON text in chunks."""
    yield _json({"exportedAt": now, "userId": user_id})[:-1]
    for name, section in SECTIONS.items():
        yield b",\n" + _json(name) + b": ["
        for number, item in enumerate(section(user_id)):
            yield (b",\n  " if number else b"\n  ") + _json(item)
        yield b"]"
    yield b"}\n"


def _profile(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield item_of(profiles.get(user_id))


def _record(user_id: str) -> Iterator[Mapping[str, Any]]:
    payout = payout_accounts.find(user_id)
    shown_account = payout and _plain(account_view(payout))
    record = _plain(users.read(read(users.key(user_id)), user_id))
    yield {**record, **({"payoutAccount": shown_account} if shown_account else {})}


def _jobs_posted(user_id: str) -> Iterator[Mapping[str, Any]]:
    for job in every_item(lambda page_request: jobs.of_person("buyer", user_id, None, page_request)):
        yield _without(item_of(job), {_CONTACTS["buyer"]})


def _jobs_worked_on(user_id: str) -> Iterator[Mapping[str, Any]]:
    for job in every_item(lambda page_request: jobs.of_person("worker", user_id, None, page_request)):
        yield _without(item_of(job), {_CONTACTS["worker"]})


def _bids(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from map(item_of, every_item(lambda page_request: bids.of_worker(user_id, None, page_request)))


def _listings(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from map(item_of, every_item(lambda page_request: listings.of_seller(user_id, page_request)))


def _reviews_written(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from map(item_of, every_item(lambda page_request: reviews.of_reviewer(user_id, page_request)))


def _reviews_received(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from map(item_of, every_item(lambda page_request: reviews.of_subject(user_id, page_request)))


def _balance(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield item_of(ledger.account(user_id))


def _entries(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from ledger.every_entry(user_id, _ENTRY)


def _referral(user_id: str) -> Iterator[Mapping[str, Any]]:
    own, referral = read_together([referrals.referrer_key(user_id), referrals.referral_key(user_id)])
    if own is not None:
        yield item_of(referrals.read_referrer(own, user_id))
    found = referrals.read_referral(referral)
    if found is not None:
        yield item_of(found)


def _referred(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from map(item_of, every_item(lambda page_request: referrals.of_referrer(user_id, page_request)))


def _stories(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from map(item_of, every_item(lambda page_request: stories.of_author(user_id, page_request)))


def _likes(user_id: str) -> Iterator[Mapping[str, Any]]:
    for story_id in every_item(lambda page_request: stories.liked_by(user_id, page_request)):
        yield {"storyId": story_id}


def _reports(user_id: str) -> Iterator[Mapping[str, Any]]:
    for report in every_item(lambda page_request: reports.of_reporter(user_id, page_request)):
        yield _without(item_of(report), {"subjectIds", "resolution"})


def _sessions(user_id: str) -> Iterator[Mapping[str, Any]]:
    for session in every_item(lambda page_request: sessions.of_person(user_id, _LONG_AGO, page_request)):
        yield _without(item_of(session), _NOT_OF_SESSIONS)


def _settings(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield item_of(notices.preferences_view(notifications.recipient(user_id)))


def _devices(user_id: str) -> Iterator[Mapping[str, Any]]:
    for device_id, device in notifications.recipient(user_id).devices.items():
        yield item_of(notices.device_view(device_id, device))


def _notifications(user_id: str) -> Iterator[Mapping[str, Any]]:
    person = notifications.recipient(user_id)
    for notification in every_item(lambda page_request: notifications.inbox(user_id, page_request)):
        yield item_of(notices.notification_view(notification, person))


def _reminders(user_id: str) -> Iterator[Mapping[str, Any]]:
    for reminder in every_item(lambda page_request: reminders.of_person(user_id, page_request)):
        yield item_of(reminder_views.reminder_view(reminder))


def _uploads(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from files.list_files(uploads_prefix(user_id))


SECTIONS: Final[Mapping[str, Callable[[str], Iterable[Mapping[str, Any]]]]] = {
    "profile": _profile,
    "account": _record,
    "jobsPosted": _jobs_posted,
    "jobsWorkedOn": _jobs_worked_on,
    "bids": _bids,
    "listings": _listings,
    "reviewsWritten": _reviews_written,
    "reviewsReceived": _reviews_received,
    "credits": _balance,
    "creditEntries": _entries,
    "referral": _referral,
    "peopleReferred": _referred,
    "stories": _stories,
    "likes": _likes,
    "reportsMade": _reports,
    "sessions": _sessions,
    "notificationSettings": _settings,
    "devices": _devices,
    "notifications": _notifications,
    "reminders": _reminders,
    "uploads": _uploads,
}
"""The sections of the file by name, each a list."""


def _plain(model: Any) -> dict[str, Any]:
    return _without(item_of(model), {"lostRoles", "subject"})


def _without(item: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
