"""Repairs a listing's count of open enquiries, by which its seller is told that there is something to answer."""

from __future__ import annotations

from khaya.enquiries import store
from khaya.listings import store as listings
from khaya.platform.data.corrections import require_settled, version_of
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.repairs import Run


def repair_enquiries(listing_id: str, run: Run) -> int:
    """Correct a listing's count of open enquiries, which its seller's enquiries tell; returns the differences.

    Raises:
        WriteConflict: somebody wrote the listing meanwhile.
        NotSettled, OutOfTime: see `platform.work.repairs`.
    """
    item = read(listings.key(listing_id))
    listing = listings.read(item)
    if item is None or listing is None:
        return 0
    require_settled(item, run.now)
    reading = run.reading
    reading.begin_anew_unless(version_of(item))
    for enquiry in reading.every_item(lambda page_request: store.of_person("seller", listing.seller_id, page_request)):
        is_counted = enquiry.listing_id == listing_id and enquiry.status == "open"
        reading.kept["open"] = reading.kept.get("open", 0) + is_counted
    count: int = reading.kept.get("open", 0)
    if count == item.get("openEnquiries", 0):
        return 0
    commit_now(listings.correct_enquiry_count(item, count))
    return 1
