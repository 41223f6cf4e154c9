"""The Listings table (primary key `id`), its indexes, and the number of active and pending listings of each seller.

The number is a separate item with the id `seller#<sellerId>`. It changes in the same transaction as the status of a
listing, so the limit is exact under concurrency.
"""

from __future__ import annotations

from khaya.listings.model import LISTING_LIMIT, Category, Listing
from khaya.platform.base.changed_day import changed_today
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.feeds import HIDDEN, feed_attributes
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, hiding, lists, writes
from khaya.platform.data.corrections import correct
from khaya.platform.data.pages import PageRequest, PageResult

_PENDING = "pending"


def key(listing_id: str) -> tuple[str, dict[str, str]]:
    """The table and primary key of the listing, for batch reads."""
    return settings().listings_table, {"id": listing_id}


def read(item: Item | None) -> Listing | None:
    """The listing that `item` stores; None for None and for a seller's count."""
    return Listing.model_validate(item) if item and "title" in item else None


def find(listing_id: str) -> Listing | None:
    """The listing; None if it does not exist."""
    return read(dynamo.get(*key(listing_id)))


def create(listing: Listing) -> list[writes.Write]:
    """The writes that store a new listing and count it."""
    first = writes.create(settings().listings_table, _item(listing) | changed_today())
    return [first, *_count(listing.seller_id, int(listing.counts_towards_limit))]


def change(before: Listing, after: Listing) -> list[writes.Write]:
    """The writes of the differences, on condition that the version is unchanged, and of the seller's count."""
    changed = writes.replace(
        *key(before.id),
        _item(before),
        _item(after) | changed_today(),
        condition=f"#version = :version AND {writes.same_presence(HIDDEN, present=bool(before.hidden))}",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )
    if after.stock != before.stock:
        changed = writes.relative(changed)
    return [changed, *_count(before.seller_id, after.counts_towards_limit - before.counts_towards_limit)]


def set_hidden(listing: Listing, *, hidden: bool) -> writes.Write | None:
    """The write that hides a listing from the public, or shows it; None if nothing changes."""
    if bool(listing.hidden) == hidden:
        return None
    after = listing.model_copy(update={"hidden": hidden or None})
    return hiding.set_hidden(*key(listing.id), _item(listing), _item(after) | changed_today())


def rename(listing: Listing, name: str) -> writes.Write | None:
    """The write that updates the copy of the seller's name; None if it is up to date."""
    if listing.seller_name == name:
        return None
    return writes.overwrite(*key(listing.id), "sellerName", name)


def count_enquiry(listing_id: str) -> writes.Write:
    """The write that counts one more open enquiry, on condition that the listing is public."""
    return writes.update(
        *key(listing_id),
        "SET #changedDay = :changedDay ADD #openEnquiries :one",
        condition=f"#status = :active AND {writes.same_presence(HIDDEN, present=False)}",
        refusal=lambda _: WriteConflict(),
        values={"one": 1, "active": "active", **changed_today()},
    )


def uncount_enquiry(listing_id: str) -> writes.Write:
    """The write that counts one open enquiry less. A wrong count does not keep an enquiry from its end."""
    return writes.update(
        *key(listing_id),
        "SET #openEnquiries = if_not_exists(#openEnquiries, :one) - :one, #changedDay = :changedDay",
        condition="attribute_exists(#id)",
        refusal=lambda _: WriteConflict(),
        values={"one": 1, **changed_today()},
    )


def correct_enquiry_count(item: Item, count: int) -> writes.Write:
    """The write that sets the number of open enquiries of the listing in `item`, unless it was written since."""
    return correct(*key(item["id"]), item, {"openEnquiries": count})


def feed(category: Category | None, location: str | None, page_request: PageRequest) -> PageResult[Listing]:
    """Active listings, newest first, filtered by category and location if given."""
    return lists.feed_page(settings().listings_table, category, location, page_request).mapped(Listing.model_validate)


def of_seller(seller_id: str, page_request: PageRequest) -> PageResult[Listing]:
    """All listings of a seller, newest first."""
    result = lists.list_page(settings().listings_table, "bySeller", "sellerId", seller_id, page_request)
    return result.mapped(Listing.model_validate)


def pending(page_request: PageRequest) -> PageResult[Listing]:
    """Pending listings, longest wait first."""
    table = settings().listings_table
    return lists.list_page(
        table, "byPending", "waiting", _PENDING, page_request, order="waitOrder", newest_first=False
    ).mapped(Listing.model_validate)


def _count(seller_id: str, step: int) -> list[writes.Write]:
    if not step:
        return []
    table, count_key = key(f"seller#{seller_id}")
    below_limit = "attribute_not_exists(#listings) OR #listings < :limit"
    condition, limit = (below_limit, {"limit": LISTING_LIMIT}) if step > 0 else (None, {})
    return [
        writes.update(
            table,
            count_key,
            "ADD #listings :step",
            condition=condition,
            refusal=lambda _: Conflict(
                f"You have {LISTING_LIMIT} active and pending listings, which is the most.",
                code="listing_limit",
                params={"max": LISTING_LIMIT},
            ),
            values={"step": step, **limit},
        )
    ]


def _item(listing: Listing) -> Item:
    """The stored form of the listing, with the attributes of its indexes."""
    item = item_of(listing)
    if listing.is_public:
        item |= feed_attributes(listing.category, listing.location)
    if listing.status == "pending":
        item |= {"waiting": _PENDING, "waitOrder": f"{listing.pending_since}#{listing.id}"}
    return item
