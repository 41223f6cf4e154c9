"""The list: every kind of stored item, and each place in it that holds personal data or text that a person typed.

Erasure and export read it, `docs/personal-data.md` is written from it, and a test refuses a text field that is not on
it. `outside` lists what is not stored in tables.
"""

from __future__ import annotations

from typing import Final

from khaya.audit.model import AuditEntry
from khaya.bids.model import Bid
from khaya.deliveries.model import Send
from khaya.enquiries.model import Enquiry
from khaya.jobs.model import Job
from khaya.listings.model import Listing
from khaya.notifications.model import Notification, Recipient
from khaya.personal_data.money import MONEY_RECORDS
from khaya.personal_data.payments import PAYMENT_RECORDS
from khaya.personal_data.places import (
    ADMIN,
    BUYER_OF_THE_JOB,
    DELETE,
    FORMER,
    REMOVE,
    REMOVED_JOB,
    REMOVED_LISTING,
    REMOVED_PLACE,
    REMOVED_UNIT,
    TEXT,
    Erasure,
    Kind,
    Place,
    Record,
    delete,
    expire,
    keep,
    replace,
)
from khaya.profiles.model import Profile
from khaya.reminders.model import Reminder
from khaya.reports.model import Report
from khaya.reviews.model import Review
from khaya.sessions.model import Session
from khaya.sign_in.model import Challenge
from khaya.stories.model import Story
from khaya.uploads.model import Upload
from khaya.users.model import Decision, User

_PICTURES: Final = keep("random ids and sizes, which name nobody; the files are deleted")
_PUBLIC_FOLDERS: Final = "pictures{}.folder"
_WITH_PROFILE: Final = delete("in the transaction that empties the profile")
_SUSPENSION: Final = keep("a suspended person has to be told why; it goes with the suspension, or with the record")
_WITH_RECORD: Final = delete("the record becomes a tombstone with the id and the times of creation and erasure")

_BY_SEARCH: Final = delete("by the consumer `search`, once the thing is not public")
_TEN_MINUTES: Final = expire("ten minutes after the request")
_WITH_INBOX: Final = delete("with the person's inbox")


def _places(kind: Kind, owner: str, erasure: Erasure, *paths: str) -> tuple[Place, ...]:
    """Places with the same rule, in items that exports do not show as they are."""
    return tuple(Place(path, kind, owner, erasure, "no") for path in paths)


RECORDS: Final[tuple[Record, ...]] = (
    Record(
        "job",
        "jobs",
        Job,
        (
            Place("buyerName", "name", "buyerId", FORMER),
            Place("title", "typed text", "buyerId", replace(REMOVED_JOB)),
            Place("description", "typed text", "buyerId", TEXT),
            Place("location", "place", "buyerId", replace(REMOVED_PLACE)),
            Place("coordinates", "place", "buyerId", REMOVE, "to its owner"),
            Place("photos", "file", "buyerId", REMOVE),
            Place(_PUBLIC_FOLDERS, "file", "buyerId", _PICTURES),
            Place("submission.note", "typed text", "workerId", TEXT),
            Place("submission.photos", "file", "workerId", keep("proof of the work for the other party")),
            Place("changes[].reason", "typed text", "buyerId", TEXT),
            Place("closing.reason", "typed text", ADMIN, TEXT),
            Place("cancellation.reason", "typed text", "cancellation.by", TEXT),
            Place("cancellation.reason", "typed text", ADMIN, TEXT),
            Place("buyerContact.displayName", "name", "buyerId", FORMER, "to its owner"),
            Place("buyerContact.phone", "contact", "buyerId", REMOVE, "to its owner"),
            Place("workerContact.displayName", "name", "workerId", FORMER, "to its owner"),
            Place("workerContact.phone", "contact", "workerId", REMOVE, "to its owner"),
        ),
    ),
    Record(
        "index attributes of an open job",
        "jobs",
        None,
        (
            Place("feedPlace", "place", "buyerId", delete("an open job is cancelled, and leaves the indexes")),
            Place("feedCategoryPlace", "place", "buyerId", delete("as `feedPlace`")),
        ),
    ),
    Record(
        "bid",
        "bids",
        Bid,
        (
            Place("workerName", "name", "workerId", FORMER),
            Place("proposal", "typed text", "workerId", TEXT),
            Place("jobTitle", "typed text", "buyerId", replace(REMOVED_JOB)),
            Place("rejectionNote", "typed text", "buyerId", TEXT),
        ),
    ),
    Record(
        "listing",
        "listings",
        Listing,
        (
            Place("sellerName", "name", "sellerId", FORMER),
            Place("title", "typed text", "sellerId", replace(REMOVED_LISTING)),
            Place("description", "typed text", "sellerId", TEXT),
            Place("unit", "typed text", "sellerId", replace(REMOVED_UNIT)),
            Place("location", "place", "sellerId", replace(REMOVED_PLACE)),
            Place("photos", "file", "sellerId", REMOVE),
            Place(_PUBLIC_FOLDERS, "file", "sellerId", _PICTURES),
            Place("moderation.reason", "typed text", "moderation.moderatorId", TEXT),
        ),
    ),
    Record(
        "index attributes of an active listing",
        "listings",
        None,
        (
            Place("feedPlace", "place", "sellerId", delete("the listing becomes inactive, and leaves the indexes")),
            Place("feedCategoryPlace", "place", "sellerId", delete("as `feedPlace`")),
        ),
    ),
    Record(
        "enquiry about a listing",
        "enquiries",
        Enquiry,
        (
            Place("text", "typed text", "buyerId", TEXT),
            Place("answer.text", "typed text", "sellerId", TEXT),
        ),
    ),
    Record(
        "open slot of a buyer on a listing, and enquiries of a day",
        "enquiries",
        None,
        (),
        "while the enquiry is open; two days",
    ),
    Record(
        "word of a title",
        "search",
        None,
        (
            *_places("typed text", "author of the title", _BY_SEARCH, "id", "word", "words", "wordCategory"),
            *_places("place", "author of the title", _BY_SEARCH, "wordPlace", "wordCategoryPlace"),
        ),
        "while the job or the listing is public",
    ),
    Record(
        "review",
        "reviews",
        Review,
        (
            Place("reviewerName", "name", "reviewerId", FORMER),
            Place("comment", "typed text", "reviewerId", TEXT),
            Place("response.comment", "typed text", "subjectId", TEXT),
            Place("moderations[].reason", "typed text", "moderations[].moderatorId", TEXT),
        ),
    ),
    Record(
        "report",
        "reports",
        Report,
        (
            Place("reason", "typed text", "reporterId", TEXT),
            Place("subjectIds", "identifier", "subjects", keep("ids, which name nobody after an erasure"), "no"),
            Place("resolution.note", "typed text", "resolution.moderatorId", TEXT, "to its owner"),
        ),
    ),
    Record(
        "story",
        "stories",
        Story,
        (
            Place("authorName", "name", "authorId", DELETE),
            Place("title", "typed text", "authorId", DELETE),
            Place("content", "typed text", "authorId", DELETE),
            Place("media", "file", "authorId", DELETE),
            Place(_PUBLIC_FOLDERS, "file", "authorId", DELETE),
            Place("moderation.reason", "typed text", "moderation.moderatorId", TEXT),
        ),
        "until its author deletes it or is erased",
    ),
    Record(
        "profile",
        "profiles",
        Profile,
        (
            Place("displayName", "name", "userId", FORMER),
            Place("bio", "typed text", "userId", REMOVE),
            Place("trades", "typed text", "userId", REMOVE),
            Place("location", "place", "userId", REMOVE),
            Place("coordinates", "place", "userId", REMOVE),
            Place("photoUrl", "file", "userId", REMOVE),
            Place("certifications[].title", "typed text", "userId", _WITH_PROFILE),
            Place("certifications[].key", "file", "userId", _WITH_PROFILE),
            Place(_PUBLIC_FOLDERS, "file", "userId", _PICTURES),
            Place("verification.note", "typed text", "userId", REMOVE),
            Place("verification.reason", "typed text", "verification.decidedBy", TEXT),
        ),
    ),
    Record(
        "directory row",
        "directory",
        None,
        (
            *_places("name", "userId", _WITH_PROFILE, "displayName"),
            *_places("typed text", "userId", _WITH_PROFILE, "bio", "trades", "rowId", "directoryKey"),
            *_places("typed text", "userId", _WITH_PROFILE, "certifications[].title"),
            *_places("place", "userId", _WITH_PROFILE, "location", "place"),
            *_places("file", "userId", _WITH_PROFILE, "certifications[].key", "photoUrl", _PUBLIC_FOLDERS),
        ),
        "while the person is public",
    ),
    Record(
        "private record",
        "users",
        User,
        (
            Place("phone", "contact", "userId", _WITH_RECORD),
            Place("email", "contact", "userId", _WITH_RECORD),
            Place("displayName", "name", "userId", _WITH_RECORD),
            Place("subject", "identifier", "userId", _WITH_RECORD, "no"),
            Place("lostRoles", "identifier", "userId", _WITH_RECORD, "no"),
            Place("statusReason", "typed text", ADMIN, _SUSPENSION),
        ),
        "as long as the account; the tombstone stays",
    ),
    Record(
        "admin's decision about a person",
        "users",
        Decision,
        (
            Place("reason", "typed text", "decidedBy", TEXT, "to its owner"),
            Place("reason", "typed text", "userId", TEXT, "no"),
        ),
        "for good, without its reason once the person or the admin is erased",
    ),
    Record(
        "identity row: phone and e-mail are the key, in plain text",
        "users",
        None,
        (Place("userId", "contact", "holder", delete("it frees the contact")),),
        "while the contact is taken",
    ),
    Record(
        "former member",
        "users",
        None,
        (Place("userId", "identifier", "erased person", keep("keyed hash, so that nobody starts afresh"), "no"),),
        "for good; a hash is recognised as long as its service key is in the secret",
    ),
    Record(
        "former phone or e-mail, which was told of its change",
        "users",
        None,
        (Place("formerContact", "contact", "userId", DELETE, "no"),),
        "until the next change",
    ),
    Record("export", "users", None, (), "a day"),
    Record(
        "session",
        "sessions",
        Session,
        (
            Place("device", "device or address", "userId", DELETE),
            Place("sealed", "identifier", "userId", DELETE, "no"),
            Place("used", "identifier", "userId", DELETE, "no"),
            Place("live", "identifier", "userId", DELETE, "no"),
            Place("dropped", "identifier", "userId", DELETE, "no"),
            Place("latest", "identifier", "userId", DELETE, "no"),
        ),
        "30 days after the last use",
    ),
    Record(
        "request for a code",
        "challenges",
        Challenge,
        (
            *_places("contact", "userId", _TEN_MINUTES, "identity", "destination"),
            *_places("name", "userId", _TEN_MINUTES, "displayName"),
            *_places("identifier", "userId", _TEN_MINUTES, "encryptedPassword", "codeHash", "subject"),
        ),
        "ten minutes, and up to two days until DynamoDB removes it",
    ),
    Record(
        "counts of sign-in calls, reserved contacts",
        "challenges",
        None,
        (Place("id", "device or address", "caller", expire("keyed hashes of contact and address"), "no"),),
        "minutes (30 days for the network of a sign-in), and up to two days until DynamoDB removes them",
    ),
    Record(
        "notification",
        "notifications",
        Notification,
        (
            Place("params", "typed text", "userId", _WITH_INBOX),
            Place("params.jobTitle", "typed text", BUYER_OF_THE_JOB, replace(REMOVED_JOB)),
            Place("params.reason", "typed text", ADMIN, TEXT),
            Place("params.decisionReason", "typed text", ADMIN, TEXT),
            Place("data", "identifier", "userId", _WITH_INBOX),
        ),
        "as long as its recipient's account",
    ),
    Record(
        "settings and devices",
        "notifications",
        Recipient,
        (
            Place("devices{}.token", "device or address", "userId", DELETE, "no"),
            Place("devices{}.browser.p256dh", "device or address", "userId", DELETE, "no"),
            Place("devices{}.browser.auth", "device or address", "userId", DELETE, "no"),
            Place("channels", "identifier", "userId", DELETE),
        ),
        "as long as the account; a mark stays that refuses new notifications",
    ),
    Record(
        "holder of a push token",
        "notifications",
        None,
        (Place("id", "device or address", "holder", DELETE, "no"),),
        "while the device is registered",
    ),
    Record(
        "delivery of a notification by one channel, an attribute of it",
        "notifications",
        Send,
        _places("identifier", "userId", _WITH_INBOX, "ref", "tickets", "missed"),
        "as long as its notification",
    ),
    Record(
        "reminder",
        "reminders",
        Reminder,
        (Place("text", "typed text", "userId", DELETE),),
        "90 days after it was sent",
    ),
    Record(
        "upload",
        "uploads",
        Upload,
        (
            Place("key", "file", "userId", DELETE),
            Place("versionId", "file", "userId", DELETE),
            Place("usedBy", "file", "userId", DELETE),
        ),
        "a day, or as long as the account once it was handed in",
    ),
    *MONEY_RECORDS,
    *PAYMENT_RECORDS,
    Record(
        "entry of the audit trail",
        "audit",
        AuditEntry,
        (
            Place("actor", "identifier", "actor", keep("an id, which names nobody after an erasure"), "no"),
            Place("object", "identifier", "object", keep("ids, which name nobody after an erasure"), "no"),
            Place("changes", "identifier", "actor", keep("states, roles and amounts, never text"), "no"),
        ),
        "for good",
    ),
    Record(
        "recorded response to an Idempotency-Key",
        "idempotency",
        None,
        (Place("body", "typed text", "caller", expire("a day after the request"), "no"),),
        "a day, and up to two days until DynamoDB removes it",
    ),
)
"""Every kind of stored item. The order is that of the page in the docs."""
