"""Bids: placing, listing, accepting, rejecting and withdrawing them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.payments import account
from tests.support.records import OFFER, accept, place_bid, post_job, profile

FIELDS = {
    "id", "jobId", "jobTitle", "workerId", "workerName", "amountCents", "timelineDays", "proposal", "status",
    "rejectionReason", "decidedAt", "createdAt", "updatedAt",
}  # fmt: skip


def workers(number: int) -> list[Person]:
    return [Person(f"worker-{one}", ("worker",)) for one in range(1, number + 1)]


def test_a_placed_bid_has_all_its_fields_and_is_counted(buyer: Person, worker: Person) -> None:
    profile("worker-1", display_name="Sipho")
    job = post_job(buyer)
    answer = worker.post(f"/jobs/{job}/bids", OFFER)
    assert (answer.status, answer.headers["Location"]) == (201, f"../../bids/{answer.body['id']}")
    assert {*answer.body} == {*FIELDS, "payoutAccountNeeded"}
    answer.body.pop("id")
    assert answer.body == {
        **OFFER,
        "jobId": job,
        "jobTitle": "Fix a leaking tap",
        "workerId": "worker-1",
        "workerName": "Sipho",
        "status": "pending",
        "rejectionReason": None,
        "decidedAt": None,
        "createdAt": "2026-11-21T08:00:00.000Z",
        "updatedAt": "2026-11-21T08:00:00.000Z",
        "payoutAccountNeeded": False,
    }
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 1


@pytest.mark.parametrize(
    ("fields", "needed"),
    [
        (None, True),
        ({"verified": False, "sealed": "not checked yet"}, False),
        ({"verified": False, "problem": "closed"}, True),
        ({"verified": True}, False),
    ],
)
def test_given_an_escrow_job_when_a_worker_bids_then_they_are_told_whether_they_need_a_payout_account(
    buyer: Person, worker: Person, fields: dict[str, Any] | None, needed: bool
) -> None:
    if fields is not None:
        account("worker-1", **fields)
    job = post_job(buyer, payment="escrow", budgetCents=100_000)
    answer = worker.post(f"/jobs/{job}/bids", {**OFFER, "amountCents": 100_000})
    assert (answer.status, answer.body["payoutAccountNeeded"]) == (201, needed)


@pytest.mark.parametrize(
    "fields",
    [
        {"amountCents": 1000},
        {"timelineDays": 1},
        {"timelineDays": 365},
        {"proposal": "x" * 20},
        {"proposal": "x" * 2000},
    ],
    ids=str,
)
def test_a_bid_within_the_limits_is_accepted(buyer: Person, worker: Person, fields: dict[str, Any]) -> None:
    assert worker.post(f"/jobs/{post_job(buyer)}/bids", {**OFFER, **fields}).status == 201


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"amountCents": 999}, {"amountCents"}),
        ({"amountCents": "40000"}, {"amountCents"}),
        ({"amountCents": 10**300}, {"amountCents"}),
        ({"timelineDays": 0}, {"timelineDays"}),
        ({"timelineDays": 366}, {"timelineDays"}),
        ({"timelineDays": 2.5}, {"timelineDays"}),
        ({"proposal": "x" * 19}, {"proposal"}),
        ({"proposal": "x" * 2001}, {"proposal"}),
        ({"status": "accepted"}, {"status"}),
        ({"workerId": "worker-2"}, {"workerId"}),
        ({"amountCents": None}, {"amountCents"}),
    ],
    ids=str,
)
def test_an_invalid_field_is_refused_and_named(
    buyer: Person, worker: Person, fields: dict[str, Any], named: set[str]
) -> None:
    job = post_job(buyer)
    answer = worker.post(f"/jobs/{job}/bids", {**OFFER, **fields})
    assert (answer.status, answer.fields) == (422, named)
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 0


def test_a_buyer_cannot_bid_on_their_own_job() -> None:
    both = Person("person-1", ("buyer", "worker"))
    job = post_job(both)
    assert both.post(f"/jobs/{job}/bids", OFFER).status == 403
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 0


def test_a_bid_on_an_unknown_job_is_not_found(worker: Person) -> None:
    assert worker.post("/jobs/01JCZX3V9T6V5Y8Q2M4N7B1KDE/bids", OFFER).status == 404


def test_a_worker_has_one_live_bid_per_job(buyer: Person, worker: Person) -> None:
    job, other_job = post_job(buyer), post_job(buyer)
    place_bid(worker, job)
    assert worker.post(f"/jobs/{job}/bids", OFFER).status == 409
    assert worker.post(f"/jobs/{other_job}/bids", OFFER).status == 201
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 1


def test_after_a_withdrawal_the_worker_may_bid_again(buyer: Person, worker: Person, clock: Clock) -> None:
    job = post_job(buyer)
    first = place_bid(worker, job)
    clock.tick(minutes=1)
    withdrawn = worker.post(f"/bids/{first}/withdrawal")
    assert (withdrawn.body["status"], withdrawn.body["decidedAt"]) == ("withdrawn", "2026-11-21T08:01:00.000Z")
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 0
    second = place_bid(worker, job, amountCents=39_000)
    assert second != first
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 1
    assert worker.post(f"/jobs/{job}/bids", OFFER).status == 409
    assert worker.post(f"/bids/{first}/withdrawal").status == 409
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 1


def test_after_a_rejection_the_worker_may_not_bid_again(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    rejected = buyer.post(f"/bids/{place_bid(worker, job)}/rejection", {"reason": "Too late for me."})
    assert (rejected.body["status"], rejected.body["rejectionReason"]) == ("rejected", "by_owner")
    assert worker.post(f"/jobs/{job}/bids", OFFER).status == 409
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 1


@pytest.mark.parametrize("body", [None, {}, {"reason": None}, {"reason": "No, thank you."}, {"reason": "x" * 500}])
def test_a_rejection_needs_no_reason(buyer: Person, worker: Person, body: Any) -> None:
    assert buyer.post(f"/bids/{place_bid(worker, post_job(buyer))}/rejection", body).status == 200


@pytest.mark.parametrize("body", [{"reason": "x" * 501}, {"reason": 1}, {"because": "no"}, []])
def test_an_invalid_rejection_leaves_the_bid_pending(buyer: Person, worker: Person, body: Any) -> None:
    bid = place_bid(worker, post_job(buyer))
    assert buyer.post(f"/bids/{bid}/rejection", body).status == 422
    assert worker.get(f"/bids/{bid}").body["status"] == "pending"


def test_an_accepted_bid_moves_its_job_to_in_progress(buyer: Person, worker: Person, clock: Clock) -> None:
    job = post_job(buyer)
    bid = place_bid(worker, job)
    clock.tick(hours=1)
    answer = buyer.post(f"/bids/{bid}/acceptance")
    assert (answer.status, {*answer.body}) == (200, {"job", "bid"})
    settled = answer.body["job"]
    assert (settled["status"], settled["workerId"], settled["acceptedBidId"], settled["agreedCents"]) == (
        "in_progress",
        "worker-1",
        bid,
        40_000,
    )
    assert settled["acceptedAt"] == answer.body["bid"]["decidedAt"] == "2026-11-21T09:00:00.000Z"
    agreed = f"2026-11-{21 + OFFER['timelineDays']}T09:00:00.000Z"
    assert [one.get(f"/jobs/{job}").body["handInBy"] for one in (buyer, worker)] == [agreed, agreed]
    assert (answer.body["bid"]["status"], answer.body["bid"]["rejectionReason"]) == ("accepted", None)
    assert {**buyer.get(f"/jobs/{job}").body, "buyer": None} == settled
    shown = buyer.get(f"/bids/{bid}").body
    assert {name: shown[name] for name in answer.body["bid"]} == answer.body["bid"]


def test_given_an_accepted_bid_when_another_is_accepted_then_409(buyer: Person) -> None:
    one, other = workers(2)
    job = post_job(buyer)
    first, second = place_bid(one, job), place_bid(other, job)
    accept(buyer, first)
    before = stand_in.contents()
    refused = buyer.post(f"/bids/{second}/acceptance")
    assert (refused.status, "in_progress" in refused.body["detail"]) == (409, True)
    assert buyer.post(f"/bids/{first}/acceptance").status == 409
    assert stand_in.contents() == before


@pytest.mark.parametrize("decided", ["rejection", "withdrawal"])
def test_given_a_decided_bid_when_it_is_accepted_then_409(buyer: Person, worker: Person, decided: str) -> None:
    job = post_job(buyer)
    bid = place_bid(worker, job)
    (buyer if decided == "rejection" else worker).post(f"/bids/{bid}/{decided}")
    assert buyer.post(f"/bids/{bid}/acceptance").status == 409
    assert buyer.get(f"/jobs/{job}").body["status"] == "open"


def test_given_a_cancelled_job_when_a_bid_is_placed_or_withdrawn_then_it_is_refused(buyer: Person) -> None:
    one, other = workers(2)
    job = post_job(buyer)
    bid = place_bid(one, job)
    buyer.post(f"/jobs/{job}/cancellation", {"reason": "Not needed."})
    withdrawal, placing = one.post(f"/bids/{bid}/withdrawal"), other.post(f"/jobs/{job}/bids", OFFER)
    assert withdrawal.status == 409
    assert placing.status in (404, 409)
    assert buyer.get(f"/jobs/{job}").body["bidCount"] == 1


def test_the_bid_count_is_exact_after_withdrawals_and_rejections(buyer: Person) -> None:
    job = post_job(buyer)
    one, two, three = workers(3)
    first = place_bid(one, job)
    second = place_bid(two, job)
    one.post(f"/bids/{first}/withdrawal")
    one.post(f"/bids/{first}/withdrawal")
    buyer.post(f"/bids/{second}/rejection")
    place_bid(three, job)
    place_bid(one, job)
    assert VISITOR.get(f"/jobs/{job}").body["bidCount"] == 3
    assert len(buyer.get(f"/jobs/{job}/bids").body["items"]) == 4


# Visibility.


def test_the_owner_sees_every_bid_and_a_worker_their_own(buyer: Person) -> None:
    job = post_job(buyer)
    bids = {person.user_id: place_bid(person, job) for person in workers(3)}
    listed = buyer.get(f"/jobs/{job}/bids").body["items"]
    assert {bid["id"] for bid in listed} == {*bids.values()}
    assert all({*bid} == FIELDS | {"worker", "quote"} for bid in listed)
    for person in workers(3):
        assert [bid["id"] for bid in person.get(f"/jobs/{job}/bids").body["items"]] == [bids[person.user_id]]
    assert workers(4)[-1].get(f"/jobs/{job}/bids").body == {"items": [], "nextCursor": None}


def test_a_buyer_who_is_also_a_worker_sees_all_bids_on_their_job_and_their_own_on_others(buyer: Person) -> None:
    both = Person("both", ("buyer", "worker"))
    theirs, others = post_job(both), post_job(buyer)
    (worker,) = workers(1)
    on_theirs, own = place_bid(worker, theirs), place_bid(both, others)
    place_bid(worker, others)
    assert [bid["id"] for bid in both.get(f"/jobs/{theirs}/bids").body["items"]] == [on_theirs]
    assert [bid["id"] for bid in both.get(f"/jobs/{others}/bids").body["items"]] == [own]


def test_given_an_owner_who_dropped_the_buyer_role_then_they_still_see_every_bid(worker: Person) -> None:
    job = post_job(Person("owner", ("buyer",)))
    bid = place_bid(worker, job)
    assert [one["id"] for one in Person("owner", ("worker",)).get(f"/jobs/{job}/bids").body["items"]] == [bid]


def test_bids_are_sorted_by_amount_or_by_age(buyer: Person) -> None:
    job = post_job(buyer)
    amounts = [50_000, 1_000, 100_000_000, 9_999, 50_000]
    for person, amount in zip(workers(5), amounts, strict=True):
        place_bid(person, job, amountCents=amount)

    def listed(**query: str) -> list[int]:
        return [bid["amountCents"] for bid in buyer.get(f"/jobs/{job}/bids", query=query).body["items"]]

    assert listed() == listed(sort="createdAt") == amounts[::-1]
    assert listed(sort="amount") == sorted(amounts)
    assert buyer.get(f"/jobs/{job}/bids", query={"sort": "age"}).status == 422


def test_a_worker_lists_their_bids_by_status(buyer: Person, worker: Person) -> None:
    bids = [place_bid(worker, post_job(buyer)) for _ in range(4)]
    accept(buyer, bids[0])
    buyer.post(f"/bids/{bids[1]}/rejection")
    worker.post(f"/bids/{bids[2]}/withdrawal")

    def mine(**query: str) -> list[str]:
        return [bid["id"] for bid in worker.get("/bids/mine", query=query).body["items"]]

    assert mine() == bids[::-1]
    assert [mine(status=state) for state in ("accepted", "rejected", "withdrawn", "pending")] == [[bid] for bid in bids]
    assert worker.get("/bids/mine", query={"status": "lost"}).status == 422


def test_the_slot_of_a_worker_is_not_served_as_a_bid(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    place_bid(worker, job)
    assert buyer.get(f"/bids/{job}%23worker-1").status == 404
    assert buyer.post(f"/bids/{job}%23worker-1/acceptance").status == 404


def test_the_owners_message_is_not_a_field_of_the_rejected_bid(buyer: Person, worker: Person) -> None:
    bid = place_bid(worker, post_job(buyer))
    buyer.post(f"/bids/{bid}/rejection", {"reason": "Too dear."})
    assert "Too dear." not in worker.get(f"/bids/{bid}").text
