"""The README's example requests, with the real streams and queues."""

from __future__ import annotations

from typing import Any

from local.demo.pictures import drawn
from tests.support.marketplace import Marketplace, eventually
from tests.support.records import OFFERING

POSTING: dict[str, Any] = {
    "title": "Mend the veranda roof",
    "description": "Three sheets came loose in the last storm.",
    "category": "roofing",
    "budgetCents": 80_000,
    "location": "Pinetown",
}
OFFER = {"amountCents": 70_000, "timelineDays": 2, "proposal": "I have the screws and the ladder."}


def test_a_job_from_posting_to_completion(marketplace: Marketplace) -> None:
    buyer, winner, loser = (
        marketplace.token("buyer"),
        marketplace.token("worker"),
        marketplace.token("worker", 1),
    )
    # given a job in the feed
    posted = marketplace.call("POST", "/jobs", POSTING, token=buyer)
    assert posted.status_code == 201
    job = posted.json()["id"]
    feed = marketplace.call("GET", "/jobs", params={"category": "roofing", "location": " pinetown "})
    assert job in [found["id"] for found in feed.json()["items"]]
    # when two workers bid and the buyer accepts one
    won = marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=winner).json()["id"]
    lost = marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=loser).json()["id"]
    accepted = marketplace.call("POST", f"/bids/{won}/acceptance", token=buyer)
    # then both parties see each other's contact, and the other bid is rejected within seconds
    assert accepted.status_code == 200
    phone = marketplace.call("GET", f"/jobs/{job}", token=winner).json()["contact"]["phone"]
    assert phone.startswith("+27")
    assert eventually(
        lambda: marketplace.call("GET", f"/bids/{lost}", token=loser).json()["rejectionReason"] == "other_bid_accepted"
    )
    # and the work is submitted, confirmed and reviewed
    assert marketplace.call("POST", f"/jobs/{job}/submission", {"note": "Done."}, token=winner).ok
    done = marketplace.call("POST", f"/jobs/{job}/completion", token=buyer)
    assert done.json()["status"] == "completed"
    review = {"rating": 5, "comment": "Quick and tidy."}
    assert marketplace.call("POST", f"/jobs/{job}/reviews", review, token=buyer).status_code == 201


def test_a_new_job_is_found_by_the_words_of_its_title(marketplace: Marketplace) -> None:
    posted = marketplace.call(
        "POST", "/jobs", {**POSTING, "title": "Varnish the wooden gate"}, token=marketplace.token("buyer", 1)
    )
    job = posted.json()["id"]

    def found() -> bool:
        page = marketplace.call("GET", "/jobs", params={"q": "varnish GATE"})
        return job in [one["id"] for one in page.json()["items"]]

    assert eventually(found)


def test_an_uploaded_picture_is_readable_by_its_link(marketplace: Marketplace) -> None:
    # given a form for a picture
    seller = marketplace.token("seller")
    picture = drawn((180, 90, 40))
    wanted = {"purpose": "listing", "contentType": "image/png", "sizeBytes": len(picture)}
    form = marketplace.call("POST", "/uploads", wanted, token=seller)
    assert form.status_code == 201
    upload = form.json()
    # when it is uploaded and used in a listing
    sent = marketplace.http.post(upload["url"], data=upload["fields"], files={"file": picture}, timeout=30)
    assert sent.ok
    listing = marketplace.call(
        "POST",
        "/listings",
        {**OFFERING, "photos": [upload["key"]]},
        token=seller,
    )
    # then the seller can open it by the link in the response, and it is written anew within a minute
    assert listing.status_code == 201
    assert marketplace.http.get(listing.json()["photos"][0]["url"], timeout=30).ok
    path = f"/listings/{listing.json()['id']}"
    assert eventually(lambda: marketplace.call("GET", path, token=seller).json()["photos"][0]["state"] == "ready")
