"""Requests repeated with the same Idempotency-Key have their effect once and get the same response."""

from __future__ import annotations

import pytest

from khaya.platform.base import clock as khaya_clock
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.records import OFFER, POSTING, known, place_bid, post_job

KEY = {"Idempotency-Key": "key-1"}


def test_given_a_repeated_request_then_the_first_response_is_returned_and_nothing_changes(
    buyer: Person, clock: Clock
) -> None:
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


def test_whitespace_and_field_order_do_not_make_a_different_request(buyer: Person) -> None:
    first = buyer.post("/jobs", POSTING, headers=KEY)
    again = buyer.post("/jobs", dict(reversed(POSTING.items())), headers=KEY)
    assert again.body == first.body
    assert len(stand_in.stored("jobs")) == 1


def test_the_idempotency_header_is_case_insensitive(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers={"idempotency-key": "key-1"})
    assert buyer.post("/jobs", POSTING, headers={"IDEMPOTENCY-KEY": "key-1"}).headers["Idempotency-Replayed"] == "true"


def test_given_a_used_key_when_another_body_is_sent_then_422(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers=KEY)
    refused = buyer.post("/jobs", {**POSTING, "budgetCents": 60_000}, headers=KEY)
    assert (refused.status, refused.fields) == (422, {"Idempotency-Key"})
    assert len(stand_in.stored("jobs")) == 1


def test_given_a_used_key_when_another_route_is_called_then_422(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    one, other = place_bid(worker, job), place_bid(Person("worker-2", ("worker",)), job)
    assert buyer.post(f"/bids/{one}/rejection", headers=KEY).status == 200
    assert buyer.post(f"/bids/{other}/rejection", headers=KEY).status == 422
    assert buyer.post(f"/bids/{other}/acceptance", headers=KEY).status == 422
    assert {bid["status"] for bid in stand_in.stored("bids") if bid["id"] == other} == {"pending"}


def test_two_people_can_use_the_same_key() -> None:
    first = Person("buyer-1", ("buyer",)).post("/jobs", POSTING, headers=KEY)
    other = Person("buyer-2", ("buyer",)).post("/jobs", POSTING, headers=KEY)
    assert other.status == 201
    assert other.body["id"] != first.body["id"]
    assert "Idempotency-Replayed" not in other.headers


def test_given_a_key_older_than_a_day_when_it_is_used_then_it_is_a_new_request(buyer: Person, clock: Clock) -> None:
    first = buyer.post("/jobs", POSTING, headers=KEY)
    clock.tick(hours=24, seconds=-1)
    assert buyer.post("/jobs", POSTING, headers=KEY).body == first.body
    clock.tick(seconds=1)
    second = buyer.post("/jobs", {**POSTING, "title": "Another leaking tap"}, headers=KEY)
    assert second.status == 201
    assert second.body["id"] != first.body["id"]
    clock.tick(hours=23)
    assert buyer.post("/jobs", {**POSTING, "title": "Another leaking tap"}, headers=KEY).body == second.body


def test_idempotency_records_have_a_time_to_live_and_contain_no_key(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers=KEY)
    (record,) = stand_in.stored("idempotency")
    assert record["expiresAt"] == khaya_clock.epoch(khaya_clock.now()) + 24 * 3600
    assert "key-1" not in str(record["id"])
    assert "buyer-1" not in str(record["id"])


def test_given_a_failed_request_when_its_key_is_used_again_then_it_is_a_new_request(
    buyer: Person, worker: Person
) -> None:
    # given a key whose requests failed: invalid body, unknown job, missing role
    assert buyer.post("/jobs", {**POSTING, "title": "Tap"}, headers=KEY).status == 422
    assert worker.post("/jobs/nowhere/bids", OFFER, headers=KEY).status == 404
    assert worker.post("/jobs", POSTING, headers=KEY).status == 403
    assert stand_in.stored("idempotency") == []
    # when a valid request is sent with the key, then it succeeds
    assert buyer.post("/jobs", POSTING, headers=KEY).status == 201


def test_given_a_409_when_the_state_changes_and_the_request_is_repeated_then_201(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    bid = place_bid(worker, job)
    assert worker.post(f"/jobs/{job}/bids", OFFER, headers=KEY).status == 409
    worker.post(f"/bids/{bid}/withdrawal")
    assert worker.post(f"/jobs/{job}/bids", OFFER, headers=KEY).status == 201


@pytest.mark.parametrize("route", ["acceptance", "rejection"])
def test_given_a_decided_bid_when_the_same_request_is_repeated_then_the_first_response_is_returned(
    buyer: Person, worker: Person, route: str
) -> None:
    bid = place_bid(worker, post_job(buyer))
    first = buyer.post(f"/bids/{bid}/{route}", headers=KEY)
    assert first.status == 200
    again = buyer.post(f"/bids/{bid}/{route}", headers=KEY)
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (200, first.body, "true")
    assert buyer.post(f"/bids/{bid}/{route}").status == 409


def test_given_a_repeated_bid_then_it_counts_once(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    answers = [worker.post(f"/jobs/{job}/bids", OFFER, headers=KEY) for _ in range(3)]
    assert [answer.status for answer in answers] == [201] * 3
    assert len({answer.body["id"] for answer in answers}) == 1
    assert buyer.get(f"/jobs/{job}").body["bidCount"] == 1


def test_given_a_repeated_withdrawal_then_it_counts_once(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    bid = place_bid(worker, job)
    place_bid(Person("worker-2", ("worker",)), job)
    answers = [worker.post(f"/bids/{bid}/withdrawal", headers=KEY) for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3
    assert buyer.get(f"/jobs/{job}").body["bidCount"] == 1


@pytest.mark.parametrize("key", ["", "x" * 65, "naïve", "a\tb", "☃"])
def test_an_invalid_key_is_400(buyer: Person, key: str) -> None:
    assert buyer.post("/jobs", POSTING, headers={"Idempotency-Key": key}).status == 400
    assert stand_in.stored("jobs") == []


@pytest.mark.parametrize("key", ["x", "x" * 64, "8e03978e-40d5-43dd-bc93-6894a57f9324", "a b/c:d"])
def test_a_key_of_up_to_64_printable_characters_is_accepted(buyer: Person, key: str) -> None:
    assert buyer.post("/jobs", POSTING, headers={"Idempotency-Key": key}).status == 201


@pytest.mark.parametrize("raw", ["{", "[" * 100_000, "1" * 5000 + "x", '{"a": NaN}', "not json"])
def test_a_malformed_body_is_400_with_and_without_a_key(buyer: Person, raw: str) -> None:
    assert buyer.post("/jobs", raw=raw).status == 400
    assert buyer.post("/jobs", raw=raw, headers=KEY).status == 400
    assert buyer.post("/jobs", POSTING, headers=KEY).status == 201


def test_given_a_used_key_when_a_malformed_body_is_sent_then_it_is_refused(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers=KEY)
    assert buyer.post("/jobs", raw="{", headers=KEY).status in (400, 422)


def test_given_a_suspended_person_when_they_repeat_a_request_then_403(buyer: Person) -> None:
    buyer.post("/jobs", POSTING, headers=KEY)
    known("buyer-1", status="suspended")
    assert buyer.post("/jobs", POSTING, headers=KEY).status == 403


def test_a_key_is_ignored_by_methods_other_than_post(buyer: Person) -> None:
    for bio in ("One.", "Two."):
        assert buyer.patch("/profiles/me", {"bio": bio}, headers=KEY).body["bio"] == bio
    assert stand_in.stored("idempotency") == []
