"""The Enquiries table (primary key `id`), its indexes, and two kinds of separate items.

* `<listingId>#<buyerId>`, the slot: it limits a person to one open enquiry per listing. The end of an enquiry frees it.
* `made#<buyerId>#<day>`: how many enquiries the person made in a day, with a time to live.

The number of open enquiries about a listing is kept on the listing, and changes in the same transactions.
"""

from __future__ import annotations

from khaya.enquiries.model import ENQUIRIES_PER_DAY, Enquiry, Side
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, TooMany, WriteConflict
from khaya.platform.base.models import item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

_DAY_SECONDS = 24 * 3600


def find(enquiry_id: str) -> Enquiry | None:
    """The enquiry; None if it does not exist."""
    item = dynamo.get(settings().enquiries_table, {"id": enquiry_id})
    return Enquiry.model_validate(item) if item and "text" in item else None


def create(enquiry: Enquiry) -> list[writes.Write]:
    """The writes that store a new enquiry, take the buyer's slot and count it for the day."""
    table = settings().enquiries_table
    return [
        writes.create(table, item_of(enquiry)),
        writes.put(
            table,
            {**_slot(enquiry), "enquiryId": enquiry.id},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: Conflict("You have an open enquiry about this listing already.", code="already_enquired"),
        ),
        _count(enquiry.buyer_id, enquiry.created_at),
    ]


def change(before: Enquiry, after: Enquiry) -> list[writes.Write]:
    """The writes of the differences, on condition that the status is unchanged; the end also frees the slot."""
    table = settings().enquiries_table
    changed = writes.replace(
        table,
        {"id": before.id},
        item_of(before),
        item_of(after),
        condition="#status = :was",
        refusal=lambda item: Conflict(
            f"The enquiry is {item['status'] if item else 'gone'}.",
            code="enquiry_status",
            params={"status": item["status"] if item else "gone"},
        ),
        values={"was": before.status},
    )
    if before.status != "open" or after.status == "open":
        return [changed]
    freed = writes.delete(
        table,
        _slot(before),
        condition="#enquiryId = :enquiry",
        refusal=lambda _: WriteConflict(),
        values={"enquiry": before.id},
    )
    return [changed, freed]


def of_person(side: Side, user_id: str, page_request: PageRequest) -> PageResult[Enquiry]:
    """The enquiries that a person made, or that they got as a seller, newest first."""
    index, attribute = ("byBuyer", "buyerId") if side == "buyer" else ("bySeller", "sellerId")
    result = lists.list_page(settings().enquiries_table, index, attribute, user_id, page_request)
    return result.mapped(Enquiry.model_validate)


def _count(buyer_id: str, now: str) -> writes.Write:
    ends = clock.epoch(clock.local_hour(now, 0, days=1))
    return writes.update(
        settings().enquiries_table,
        {"id": f"made#{buyer_id}#{clock.local_day(now)}"},
        "SET #expiresAt = :expires ADD #enquiries :one",
        condition="attribute_not_exists(#enquiries) OR #enquiries < :most",
        refusal=lambda _: TooMany(
            f"At most {ENQUIRIES_PER_DAY} enquiries in a day.",
            ends - clock.epoch(now),
            code="too_many_enquiries",
        ),
        values={"expires": ends + _DAY_SECONDS, "one": 1, "most": ENQUIRIES_PER_DAY},
    )


def _slot(enquiry: Enquiry) -> dict[str, str]:
    return {"id": f"{enquiry.listing_id}#{enquiry.buyer_id}"}
