"""The contents of an export: all data about a person, read table by table while the file is written.

`personal_data.catalogue` says what is excluded: the other party's contact on a job, hashes, tokens and the like.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from khaya.bids import store as bids
from khaya.enquiries import store as enquiries
from khaya.identities import store as identities
from khaya.ledger import store as ledger
from khaya.listings import store as listings
from khaya.notifications import store as notifications
from khaya.notifications import view as notices
from khaya.payment_records import service as payment_records
from khaya.payment_records.model import span_of
from khaya.payment_records.view import earning_view, payment_view
from khaya.payout_accounts import store as payout_accounts
from khaya.payout_accounts.view import account_view
from khaya.personal_data import sources
from khaya.personal_data.items import exported, own_words
from khaya.personal_data.places import ADMIN
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
    yield exported(profiles.get(user_id), user_id)


def _record(user_id: str) -> Iterator[Mapping[str, Any]]:
    record = read(users.key(user_id))
    payout = payout_accounts.find(user_id)
    shown_account = {"payoutAccount": item_of(account_view(payout))} if payout else {}
    yield {**exported(users.read(record, user_id), user_id), **shown_account}


def _identities(user_id: str) -> Iterator[Mapping[str, Any]]:
    for contact in identities.contacts_held(users.get(user_id)):
        yield {contact.kind: contact.value}


def _jobs_posted(user_id: str) -> Iterator[Mapping[str, Any]]:
    return (exported(job, user_id) for job in sources.jobs_of(user_id, "buyer"))


def _jobs_worked_on(user_id: str) -> Iterator[Mapping[str, Any]]:
    return (exported(job, user_id) for job in sources.jobs_of(user_id, "worker"))


def _bids(user_id: str) -> Iterator[Mapping[str, Any]]:
    for bid in every_item(lambda page_request: bids.of_worker(user_id, None, page_request)):
        yield exported(bid, user_id)


def _bids_received(user_id: str) -> Iterator[Mapping[str, Any]]:
    return (own_words(bid, user_id) for bid in sources.bids_received(user_id))


def _listings(user_id: str) -> Iterator[Mapping[str, Any]]:
    for listing in every_item(lambda page_request: listings.of_seller(user_id, page_request)):
        yield exported(listing, user_id)


def _enquiries_made(user_id: str) -> Iterator[Mapping[str, Any]]:
    for enquiry in every_item(lambda page_request: enquiries.of_person("buyer", user_id, page_request)):
        yield exported(enquiry, user_id)


def _enquiries_received(user_id: str) -> Iterator[Mapping[str, Any]]:
    for enquiry in every_item(lambda page_request: enquiries.of_person("seller", user_id, page_request)):
        yield exported(enquiry, user_id)


def _reviews_written(user_id: str) -> Iterator[Mapping[str, Any]]:
    for review in every_item(lambda page_request: reviews.of_reviewer(user_id, page_request)):
        yield exported(review, user_id)


def _reviews_received(user_id: str) -> Iterator[Mapping[str, Any]]:
    """The reviews about the person; of a hidden one, which only admins see, their own answer."""
    for review in sources.reviews_about(user_id):
        if not review.hidden:
            yield exported(review, user_id)
        elif review.response:
            yield own_words(review, user_id)


def _decisions(user_id: str) -> Iterator[Mapping[str, Any]]:
    """The reasons that the person gave as an admin."""
    for item in sources.decided_by(user_id):
        if words := own_words(item, user_id, as_=(ADMIN,)):
            yield words


def _balance(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield exported(ledger.account(user_id), user_id)


def _entries(user_id: str) -> Iterator[Mapping[str, Any]]:
    yield from ledger.every_entry(user_id, _ENTRY)


def _escrows(user_id: str) -> Iterator[Mapping[str, Any]]:
    return (exported(escrow, user_id) for escrow in sources.escrows_of(user_id))


def _payments(user_id: str) -> Iterator[Mapping[str, Any]]:
    return (item_of(payment_view(one)) for one in payment_records.every_payment(user_id, span_of(None, None)))


def _earnings(user_id: str) -> Iterator[Mapping[str, Any]]:
    return (item_of(earning_view(one)) for one in payment_records.every_earning(user_id, span_of(None, None)))


def _referral(user_id: str) -> Iterator[Mapping[str, Any]]:
    own, referral = read_together([referrals.referrer_key(user_id), referrals.referral_key(user_id)])
    if own is not None:
        yield exported(referrals.read_referrer(own, user_id), user_id)
    found = referrals.read_referral(referral)
    if found is not None:
        yield exported(found, user_id)


def _referred(user_id: str) -> Iterator[Mapping[str, Any]]:
    for referral in every_item(lambda page_request: referrals.of_referrer(user_id, page_request)):
        yield exported(referral, user_id)


def _stories(user_id: str) -> Iterator[Mapping[str, Any]]:
    for story in every_item(lambda page_request: stories.of_author(user_id, page_request)):
        yield exported(story, user_id)


def _likes(user_id: str) -> Iterator[Mapping[str, Any]]:
    for story_id in every_item(lambda page_request: stories.liked_by(user_id, page_request)):
        yield {"storyId": story_id}


def _reports(user_id: str) -> Iterator[Mapping[str, Any]]:
    for report in every_item(lambda page_request: reports.of_reporter(user_id, page_request)):
        yield exported(report, user_id)


def _sessions(user_id: str) -> Iterator[Mapping[str, Any]]:
    for session in every_item(lambda page_request: sessions.of_person(user_id, _LONG_AGO, page_request)):
        yield exported(session, user_id)


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
    "identities": _identities,
    "jobsPosted": _jobs_posted,
    "jobsWorkedOn": _jobs_worked_on,
    "bids": _bids,
    "wordsOnBidsReceived": _bids_received,
    "listings": _listings,
    "enquiriesMade": _enquiries_made,
    "enquiriesReceived": _enquiries_received,
    "reviewsWritten": _reviews_written,
    "reviewsReceived": _reviews_received,
    "decisionsAsAdmin": _decisions,
    "credits": _balance,
    "creditEntries": _entries,
    "escrows": _escrows,
    "payments": _payments,
    "earnings": _earnings,
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


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
