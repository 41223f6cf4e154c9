"""One bid of a job is accepted, whatever runs at the same moment, and nobody is left without an answer."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

from tests.contention.clients import Call, at_once
from tests.contention.conftest import empty
from tests.support.client import Person

ROUNDS = int(os.environ.get("ROUNDS", "30"))
"""How often all of it is tried at once; `make soak` does it two hundred times."""
WORKERS = 64
OWNER = Person("owner", ("buyer",))
OFFER = {"amountCents": 40_000, "timelineDays": 3, "proposal": "I can come tomorrow morning."}
POSTING: dict[str, Any] = {
    "title": "Fix a leaking tap",
    "description": "The kitchen tap drips all night long.",
    "category": "plumbing",
    "budgetCents": 50_000,
    "location": "Durban",
}


def worker(number: int) -> Person:
    return Person(f"worker-{number}", ("worker",))


def job_with_bids() -> tuple[str, list[str]]:
    """An open job with a bid of each worker, stored as the bids' own requests store them, only in fewer calls."""
    from khaya.bids import store as bids  # noqa: PLC0415
    from khaya.bids.model import BidOffer, new_bid  # noqa: PLC0415
    from khaya.jobs import store as jobs  # noqa: PLC0415
    from khaya.jobs.model import JobPosting, new_job  # noqa: PLC0415
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set

    now = clock.now()
    job = new_job(JobPosting.model_validate(POSTING), buyer_id="owner", buyer_name="Owner", now=now)
    offer = BidOffer.model_validate(OFFER)
    offered = [
        new_bid(offer, job, worker_id=f"worker-{number}", worker_name=f"Worker {number}", now=now)
        for number in range(WORKERS)
    ]
    dynamo.write_many([jobs.create(job.model_copy(update={"bid_count": WORKERS}))])
    dynamo.write_many([change for bid in offered for change in bids.create(bid)])
    return job.id, [bid.id for bid in offered]


def follow(job_id: str) -> None:
    """What the consumer behind the Jobs stream does."""
    from khaya.bids import service  # noqa: PLC0415
    from khaya.platform.base import clock  # noqa: PLC0415

    service.follow_job(job_id, clock.now())


def bids_of(job_id: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    query = {"limit": "50"}
    while True:
        page = OWNER.get(f"/jobs/{job_id}/bids", query=query).body
        found |= {bid["id"]: bid for bid in page["items"]}
        if page["nextCursor"] is None:
            return found
        query["cursor"] = page["nextCursor"]


def test_one_of_sixty_four_simultaneous_acceptances_stands(engine: None) -> None:
    # given a job with 64 bids
    job_id, bids = job_with_bids()
    # when all are accepted at once
    answers = at_once([Call(OWNER, "POST", f"/bids/{bid}/acceptance") for bid in bids])
    follow(job_id)
    # then one was, the other 63 were told of a conflict, and every bid agrees with the job
    assert Counter(answers) == {200: 1, 409: 63}
    job = OWNER.get(f"/jobs/{job_id}").body
    assert (job["status"], job["acceptedBidId"]) == ("in_progress", bids[answers.index(200)])
    after = bids_of(job_id)
    assert after[job["acceptedBidId"]]["status"] == "accepted"
    assert job["workerId"] == after[job["acceptedBidId"]]["workerId"]
    losers = [bid for bid in after.values() if bid["id"] != job["acceptedBidId"]]
    assert {(bid["status"], bid["rejectionReason"]) for bid in losers} == {("rejected", "other_bid_accepted")}
    assert len(losers) == 63


def test_acceptances_withdrawals_rejections_and_a_cancellation_at_once_round_after_round(
    engine: None, dynamodb: Any
) -> None:
    for number in range(ROUNDS):
        _mixed_round(random.Random(number))  # noqa: S311 - the same rounds every time
        empty(dynamodb)


def _mixed_round(chance: random.Random) -> None:
    # given a job with 64 bids
    job_id, bids = job_with_bids()
    # when most are accepted, some withdrawn or rejected, and the job cancelled, all at once
    calls: dict[str, Call] = {}
    for number, bid in enumerate(bids):
        kind = chance.choices(["acceptance", "withdrawal", "rejection"], [6, 2, 1])[0]
        who = worker(number) if kind == "withdrawal" else OWNER
        calls[bid] = Call(who, "POST", f"/bids/{bid}/{kind}")
    cancellation = Call(OWNER, "POST", f"/jobs/{job_id}/cancellation", {"reason": "No longer needed."})
    order = [*calls.values(), cancellation]
    chance.shuffle(order)
    answers = dict(zip(map(id, order), at_once(order), strict=True))
    follow(job_id)
    # then nobody saw anything but success or conflict
    assert set(answers.values()) <= {200, 409}
    done = {bid: call.path.rsplit("/", 1)[1] for bid, call in calls.items() if answers[id(call)] == 200}
    job = OWNER.get(f"/jobs/{job_id}").body
    after = bids_of(job_id)
    # and at most one bid was accepted, of which the job knows
    accepted = [bid for bid, kind in done.items() if kind == "acceptance"]
    assert accepted == ([job["acceptedBidId"]] if job["acceptedBidId"] else [])
    # and the job was called off, unless an acceptance came in between and its owner was told so
    assert answers[id(cancellation)] == 200 or accepted
    assert job["status"] == ("cancelled" if answers[id(cancellation)] == 200 else "in_progress")
    # and every bid is what its own answer said, or lost for the right reason; none is pending
    for bid in bids:
        expected = {
            "acceptance": ("accepted", None),
            "withdrawal": ("withdrawn", None),
            "rejection": ("rejected", "by_owner"),
            None: ("rejected", "other_bid_accepted" if accepted else "job_cancelled"),
        }[done.get(bid)]
        assert (after[bid]["status"], after[bid]["rejectionReason"]) == expected
    # and the count leaves out those who withdrew, exactly
    assert job["bidCount"] == WORKERS - sum(kind == "withdrawal" for kind in done.values())
