"""The README's walk, and what follows a change through the real streams and queues."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Marketplace, eventually

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
    # given a job that anybody finds in the feed
    posted = marketplace.call("POST", "/jobs", POSTING, token=buyer)
    assert posted.status_code == 201
    job = posted.json()["id"]
    feed = marketplace.call("GET", "/jobs", params={"category": "roofing", "location": " pinetown "})
    assert job in [found["id"] for found in feed.json()["items"]]
    # when two workers bid and the buyer accepts one
    won = marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=winner).json()["id"]
    lost = marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=loser).json()["id"]
    accepted = marketplace.call("POST", f"/bids/{won}/acceptance", token=buyer)
    # then the two see each other's contact, and the other worker is told within seconds
    assert accepted.status_code == 200
    phone = marketplace.call("GET", f"/jobs/{job}", token=winner).json()["contact"]["phone"]
    assert phone.startswith("+27")
    assert eventually(
        lambda: marketplace.call("GET", f"/bids/{lost}", token=loser).json()["rejectionReason"] == "other_bid_accepted"
    )
    # and the work is handed in, confirmed and reviewed
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


def test_an_upload_goes_straight_to_the_bucket_and_is_seen_by_a_link(marketplace: Marketplace) -> None:
    # given a form for a picture
    seller = marketplace.token("seller")
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    wanted = {"purpose": "listing", "contentType": "image/png", "sizeBytes": len(picture)}
    form = marketplace.call("POST", "/uploads", wanted, token=seller)
    assert form.status_code == 201
    upload = form.json()
    # when it is sent to the bucket and handed in with a listing
    sent = marketplace.http.post(upload["url"], data=upload["fields"], files={"file": picture}, timeout=30)
    assert sent.ok
    listing = marketplace.call(
        "POST",
        "/listings",
        {
            "title": "Face bricks, left over",
            "description": "Some two hundred red face bricks.",
            "category": "bricks",
            "priceCents": 350,
            "unit": "each",
            "stock": 200,
            "location": "Durban",
            "photos": [upload["key"]],
        },
        token=seller,
    )
    # then the link in the answer shows it
    assert listing.status_code == 201
    assert marketplace.http.get(listing.json()["photos"][0]["url"], timeout=30).content == picture
