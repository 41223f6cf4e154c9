"""The second part of the list: places of personal data that are no items of a table, and what is not personal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from khaya.personal_data.places import DELETE, Place, Record, delete, expire, keep

OUTSIDE: Final[tuple[Record, ...]] = (
    Record(
        "files",
        "files",
        None,
        (
            Place("uploads/", "file", "uploader", delete("all versions; proof of work that cannot be decoded stays")),
            Place("pictures/", "file", "uploader", delete("but of proof of work for somebody else")),
            Place("media/", "file", "uploader", delete("by the consumer `pictures`, within a minute"), "no"),
            Place("exports/", "file", "person", DELETE, "no"),
            Place("statements/", "file", "person", DELETE, "no"),
        ),
        "exports and statements a day; uploads a day, or as long as the account once they were handed in",
    ),
    Record(
        "parked stream records: whole items, before and after a change that could not be dispatched",
        "files",
        None,
        (
            Place(
                "parked/",
                "typed text",
                "people whom the item concerns",
                delete("at once; from records that are parked later before a replay, or in the next night"),
                "no",
            ),
        ),
        "25 days, or until they are replayed",
    ),
    Record(
        "account of the user pool",
        "user pool",
        None,
        (
            Place("phone_number", "contact", "person", DELETE),
            Place("email", "contact", "person", DELETE),
            Place("name", "name", "person", DELETE),
            Place("password", "identifier", "person", DELETE, "no"),
        ),
        "as long as the account",
    ),
    Record(
        "messages of queues and dead letters",
        "queues",
        None,
        (
            Place(
                "body of the messages of search",
                "typed text",
                "author of the title",
                expire("handled within seconds"),
                "no",
            ),
            Place("bodies of all other messages", "identifier", "person", expire("ids, states and amounts"), "no"),
        ),
        "14 days at most",
    ),
    Record(
        "events on the bus and in its archive",
        "event bus",
        None,
        (Place("detail", "identifier", "person", expire("ids, states and amounts, never text"), "no"),),
        "the parameter of the archive, in days",
    ),
    Record(
        "logs, metrics, traces",
        "CloudWatch",
        None,
        (Place("user_id", "identifier", "person", expire("an id, which names nobody after an erasure"), "no"),),
        "14 days in dev, 30 in prod",
    ),
    Record(
        "backups of tables",
        "point-in-time recovery; AWS Backup and its copies where `infra/backup.yaml` is deployed",
        None,
        (Place("items", "typed text", "person", expire("a restore has to repeat the erasures since"), "no"),),
        "35 days at most",
    ),
    Record(
        "tables that a restore left",
        "DynamoDB",
        None,
        (Place("items", "typed text", "person", expire("an erasure does not reach them"), "no"),),
        "until an operator deletes them, within 30 days",
    ),
    Record(
        "messages that were delivered",
        "providers of SMS, WhatsApp, e-mail and push",
        None,
        (Place("text", "typed text", "recipient", keep("what somebody received is theirs"), "no"),),
        "as agreed with the provider",
    ),
)
"""What is stored outside of the tables."""

NOT_PERSONAL: Final[Mapping[str, str]] = {
    "id": "an id that we made",
    "*Id": "an id that we made",
    "*At": "a time",
    "*Since": "a time",
    "*Until": "a time",
    "*By": "the id of a person",
    "*On": "a date",
    "by": "the id of a person",
    "at": "a time",
    "since": "a time",
    "day": "a date",
    "postponedTo": "a time",
    "currency": "a currency",
    "until": "a time",
    "usableFrom": "a time",
    "month": "a month",
    "startDate": "a date",
    "likedStory": "the id of a story",
    "reversalOf": "the id of an entry",
    "exportOf": "the id of a person",
    "AuditEntry.action": "a kind of event",
    "Notification.kind": "a kind of notification",
    "Notification.event": "the id of an event",
    "Holder.holder": "the id of a person",
    "CountedEvent.gatheredIn": "the id of a notification",
    "Send.countedOn": "a date",
    "Recipient.devices{}.browser.serverKey": "a public key of ours",
    "Day.date": "a date",
    "Job.escrow.status": "the status of an escrow",
    "Job.escrow.shares.decision": "what ended a dispute",
    "Payout.disputeDecision": "what ended a dispute",
    "Collection.checkoutUrl": "a page of the payment provider, gone within days",
    "Refund.parts[].collection": "the reference of a payment",
    "Refund.parts[].failed": "the provider's ids of refunds that it did not make",
    "InvoiceNumber.number": "a number that we gave",
    "Banks.items[].code": "a bank",
    "Banks.items[].name": "a bank",
}
"""Text fields of stored items that hold no personal data and no typed text.

`*` stands for the beginning of a name; a name with a capital is that of one model's field.
"""
