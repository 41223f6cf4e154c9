"""A request that is sent again with its Idempotency-Key has its effect once, and the same answer."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.records import OFFER, POSTING, known, place_bid, post_job

KEY = {"Idempotency-Key": "key-1"}


def test_a_repetition_gets_the_first_answer_and_changes_nothing(buyer: Person, clock: Clock) -> None:
    first = buyer.post("/jobs", POSTING, headers=KEY)
    before = stand_in.contents()
    clock.tick(hours=23)
    again = buyer.post("/jobs", POSTING, headers=KEY)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert {name: again.headers[name] for name in ("Location", "ETag", "Content-Type")} == {
        name: first.headers[name] for name in ("Location", "ETag", "Content-Type")
    }
    assert stand_in.contents() == before


def test_blanks_and_the_order_of_fields_do_not_make_another_request(buyer: Person) -> None:
    first = buyer.post("/jobs", POSTING, headers=KEY)
    again = buyer.post("/jobs", dict(reversed(POSTING.items())), headers=KEY)
    assert again.body == first.body
    assert len(stand_in.stored("jobs")) == 1


def test_the_header_is_found_in_any_case(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers={"idempotency-key": "key-1"})
    assert buyer.post("/jobs", POSTING, headers={"IDEMPOTENCY-KEY": "key-1"}).headers["Idempotency-Replayed"] == "true"


def test_another_body_under_the_key_is_refused(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers=KEY)
    refused = buyer.post("/jobs", {**POSTING, "budgetCents": 60_000}, headers=KEY)
    assert (refused.status, refused.fields) == (422, {"Idempotency-Key"})
    assert len(stand_in.stored("jobs")) == 1


def test_another_route_under_the_key_is_refused(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    one, other = place_bid(worker, job), place_bid(Person("worker-2", ("worker",)), job)
    assert buyer.post(f"/bids/{one}/rejection", headers=KEY).status == 200
    assert buyer.post(f"/bids/{other}/rejection", headers=KEY).status == 422
    assert buyer.post(f"/bids/{other}/acceptance", headers=KEY).status == 422
    assert {bid["status"] for bid in stand_in.stored("bids") if bid["id"] == other} == {"pending"}


def test_others_use_the_same_key_for_themselves() -> None:
    first = Person("buyer-1", ("buyer",)).post("/jobs", POSTING, headers=KEY)
    other = Person("buyer-2", ("buyer",)).post("/jobs", POSTING, headers=KEY)
    assert other.status == 201
    assert other.body["id"] != first.body["id"]
    assert "Idempotency-Replayed" not in other.headers


def test_after_a_day_the_key_is_free(buyer: Person, clock: Clock) -> None:
    first = buyer.post("/jobs", POSTING, headers=KEY)
    clock.tick(hours=24, seconds=-1)
    assert buyer.post("/jobs", POSTING, headers=KEY).body == first.body
    clock.tick(seconds=1)
    second = buyer.post("/jobs", {**POSTING, "title": "Another leaking tap"}, headers=KEY)
    assert second.status == 201
    assert second.body["id"] != first.body["id"]
    clock.tick(hours=23)
    assert buyer.post("/jobs", {**POSTING, "title": "Another leaking tap"}, headers=KEY).body == second.body


def test_records_expire_by_themselves(buyer: Person) -> None:
    from khaya.platform.base import clock as khaya_clock  # noqa: PLC0415

    buyer.post("/jobs", POSTING, headers=KEY)
    (record,) = stand_in.stored("idempotency")
    assert record["expiresAt"] == khaya_clock.epoch(khaya_clock.now()) + 24 * 3600
    assert "key-1" not in str(record["id"])
    assert "buyer-1" not in str(record["id"])


def test_only_success_is_kept(buyer: Person, worker: Person) -> None:
    # given a key under which the request failed: for its body, for what does not exist, for the state, for the role
    assert buyer.post("/jobs", {**POSTING, "title": "Tap"}, headers=KEY).status == 422
    assert worker.post("/jobs/nowhere/bids", OFFER, headers=KEY).status == 404
    assert worker.post("/jobs", POSTING, headers=KEY).status == 403
    assert stand_in.stored("idempotency") == []
    # when it is sent again as it should be, then it has its effect
    assert buyer.post("/jobs", POSTING, headers=KEY).status == 201


def test_a_refusal_for_the_state_is_told_again_only_as_long_as_it_is_true(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    bid = place_bid(worker, job)
    assert worker.post(f"/jobs/{job}/bids", OFFER, headers=KEY).status == 409
    worker.post(f"/bids/{bid}/withdrawal")
    assert worker.post(f"/jobs/{job}/bids", OFFER, headers=KEY).status == 201


@pytest.mark.parametrize("route", ["acceptance", "rejection"])
def test_a_decision_sent_again_is_answered_as_before_though_the_state_forbids_it_now(
    buyer: Person, worker: Person, route: str
) -> None:
    bid = place_bid(worker, post_job(buyer))
    first = buyer.post(f"/bids/{bid}/{route}", headers=KEY)
    assert first.status == 200
    again = buyer.post(f"/bids/{bid}/{route}", headers=KEY)
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (200, first.body, "true")
    assert buyer.post(f"/bids/{bid}/{route}").status == 409


def test_a_bid_sent_again_counts_once(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    answers = [worker.post(f"/jobs/{job}/bids", OFFER, headers=KEY) for _ in range(3)]
    assert [answer.status for answer in answers] == [201] * 3
    assert len({answer.body["id"] for answer in answers}) == 1
    assert buyer.get(f"/jobs/{job}").body["bidCount"] == 1


def test_a_withdrawal_sent_again_counts_once(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    bid = place_bid(worker, job)
    place_bid(Person("worker-2", ("worker",)), job)
    answers = [worker.post(f"/bids/{bid}/withdrawal", headers=KEY) for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3
    assert buyer.get(f"/jobs/{job}").body["bidCount"] == 1


@pytest.mark.parametrize("key", ["", "x" * 65, "naïve", "a\tb", "☃"])
def test_a_key_that_is_none_is_unreadable(buyer: Person, key: str) -> None:
    assert buyer.post("/jobs", POSTING, headers={"Idempotency-Key": key}).status == 400
    assert stand_in.stored("jobs") == []


@pytest.mark.parametrize("key", ["x", "x" * 64, "8e03978e-40d5-43dd-bc93-6894a57f9324", "a b/c:d"])
def test_a_key_may_be_any_short_text(buyer: Person, key: str) -> None:
    assert buyer.post("/jobs", POSTING, headers={"Idempotency-Key": key}).status == 201


@pytest.mark.parametrize("raw", ["{", "[" * 100_000, "1" * 5000, '{"a": NaN}', "not json"])
def test_a_broken_body_is_unreadable_with_a_key_as_without(buyer: Person, raw: str) -> None:
    assert buyer.post("/jobs", raw=raw).status == 400
    assert buyer.post("/jobs", raw=raw, headers=KEY).status == 400
    assert buyer.post("/jobs", POSTING, headers=KEY).status == 201


def test_a_broken_body_under_a_used_key_is_no_success(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers=KEY)
    assert buyer.post("/jobs", raw="{", headers=KEY).status in (400, 422)


def test_a_suspended_person_gets_no_earlier_answer(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers=KEY)
    known("buyer-1", status="suspended")
    assert buyer.post("/jobs", POSTING, headers=KEY).status == 403


def test_a_key_on_other_methods_changes_nothing(buyer: Person) -> None:
    for bio in ("One.", "Two."):
        assert buyer.patch("/profiles/me", {"bio": bio}, headers=KEY).body["bio"] == bio
    assert stand_in.stored("idempotency") == []
