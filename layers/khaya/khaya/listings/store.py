"""The Listings table, keyed by `id`, the indexes by which listings are found, and how many each seller holds.

The count is an item of its own under `seller#<sellerId>`. It moves in the transaction that makes a listing active or
pending, or takes it out of both, so that the limit is exact whatever runs at once.
"""

from __future__ import annotations

from khaya.listings.model import MOST_HELD, Category, Listing
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.feeds import feed_attributes
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult

_WAITING = "pending"


def key(listing_id: str) -> tuple[str, dict[str, str]]:
    """Where the listing stands, for a read together with others."""
    return settings().listings_table, {"id": listing_id}


def read(item: Item | None) -> Listing | None:
    """The listing in `item`; a seller's count is none."""
    return Listing.model_validate(item) if item and "title" in item else None


def find(listing_id: str) -> Listing | None:
    """The listing, if there is one."""
    return read(dynamo.get(*key(listing_id)))


def create(listing: Listing) -> list[writes.Write]:
    """Store a new listing, and count it."""
    first = writes.put(
        settings().listings_table,
        _item(listing),
        condition="attribute_not_exists(#id)",
        refusal=lambda _: WriteConflict(),
    )
    return [first, *_count(listing.seller_id, int(listing.held))]


def change(before: Listing, after: Listing) -> list[writes.Write]:
    """Write what differs, if nobody changed the listing meanwhile, and count it where it begins or ends to be held."""
    changed = writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#version = :version",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )
    return [changed, *_count(before.seller_id, after.held - before.held)]


def rename(listing: Listing, name: str) -> writes.Write | None:
    """Write the seller's present name on a listing; None where it says so already."""
    if listing.seller_name == name:
        return None
    return writes.overwrite(*key(listing.id), "sellerName", name)


def feed(category: Category | None, location: str | None, page_request: PageRequest) -> PageResult[Listing]:
    """Active listings, newest first, by category and place where named."""
    return _listings(lists.feed_page(settings().listings_table, category, location, page_request))


def of_seller(seller_id: str, page_request: PageRequest) -> PageResult[Listing]:
    """A seller's listings in any state, newest first."""
    return _listings(lists.list_page(settings().listings_table, "bySeller", "sellerId", seller_id, page_request))


def pending(page_request: PageRequest) -> PageResult[Listing]:
    """What waits for an admin, longest first."""
    table = settings().listings_table
    return _listings(
        lists.list_page(table, "byWait", "waiting", _WAITING, page_request, order="waitOrder", newest_first=False)
    )


def _listings(found: PageResult[Item]) -> PageResult[Listing]:
    return PageResult([Listing.model_validate(row) for row in found.items], found.after)


def _count(seller_id: str, step: int) -> list[writes.Write]:
    if not step:
        return []
    table, counted = key(f"seller#{seller_id}")
    room, most = ("attribute_not_exists(#held) OR #held < :most", {"most": MOST_HELD}) if step > 0 else (None, {})
    return [
        writes.update(
            table,
            counted,
            "ADD #held :step",
            condition=room,
            refusal=lambda _: Conflict(f"You have {MOST_HELD} active and pending listings, which is the most."),
            values={"step": step, **most},
        )
    ]


def _item(listing: Listing) -> Item:
    """The listing with the attributes that its indexes are made of."""
    item = item_of(listing)
    if listing.status == "active":
        item |= feed_attributes(listing.category, listing.location)
    if listing.status == "pending":
        item |= {"waiting": _WAITING, "waitOrder": f"{listing.pending_since}#{listing.id}"}
    return item
