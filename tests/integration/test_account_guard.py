"""The account guard: suspended people, ended sessions, lost roles and the rate limit of writes."""

from __future__ import annotations

import pytest

from khaya.platform.base import clock as khaya_clock
from khaya.platform.data import dynamo
from khaya.platform.web.access import SIGNED_IN, Caller
from khaya.users import store as users
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import SIGNED_IN_AT, Answer, Person
from tests.support.records import OFFER, POSTING, accept, known, place_bid, post_job


def change(person: Person) -> Answer:
    return person.patch("/profiles/me", {"bio": "I fix taps."})


READS = ["/jobs", "/jobs/mine", "/profiles", "/listings", "/credits/balance", "/notifications", "/stories"]
"""Public and private reads, in several functions."""


@pytest.mark.parametrize("path", READS)
def test_given_a_suspended_person_when_they_read_or_write_then_403_with_the_reason(buyer: Person, path: str) -> None:
    known("buyer-1", status="suspended", statusReason="Took a deposit and never came.")
    reason = "This account is suspended: Took a deposit and never came."
    for refused in (buyer.get(path), buyer.post("/jobs", POSTING)):
        assert (refused.status, refused.body["detail"]) == (403, reason)
    assert stand_in.stored("jobs") == []
    assert buyer.get("/profiles/me").status == 200


@pytest.mark.parametrize("path", READS)
def test_given_an_ended_session_when_it_reads_then_401_and_other_sessions_read(path: str) -> None:
    known("person-1", endedSessions={"phone"}, endedBefore=SIGNED_IN_AT)
    assert Person("person-1", ("buyer",), session="phone", signed_in_at=SIGNED_IN_AT + 1).get(path).status == 401
    assert Person("person-1", ("buyer",), session="old").get(path).status == 401
    other = Person("person-1", ("buyer",), session="laptop", signed_in_at=SIGNED_IN_AT + 1)
    assert other.get(path).status == 200


@pytest.mark.parametrize("path", READS)
def test_given_an_erased_person_when_they_read_then_401(path: str) -> None:
    known("person-1", status="erased")
    assert Person("person-1", ("buyer",)).get(path).status == 401


def test_given_a_lost_role_when_a_read_needs_it_then_403_and_other_reads_work() -> None:
    known("person-1", lostRoles={"admin", "worker"})
    person = Person("person-1", ("worker", "admin"))
    assert [person.get(path).status for path in ("/bids/mine", "/admin/users", "/jobs", "/profiles/me")] == [
        403,
        403,
        200,
        200,
    ]


def test_a_read_makes_one_consistent_read_of_the_record_and_counts_nothing(
    buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = dynamo.client()._make_api_call, []
    monkeypatch.setattr(
        dynamo.client(), "_make_api_call", lambda name, request: calls.append((name, request)) or real(name, request)
    )
    assert buyer.get("/jobs").status == 200
    (guard, feed) = calls
    assert (guard[0], guard[1]["ConsistentRead"], feed[0]) == ("GetItem", True, "Query")
    assert stand_in.stored("users") == []


def test_given_a_suspended_admin_when_they_call_an_admin_route_then_403(admin: Person) -> None:
    known("admin-1", status="suspended")
    assert admin.put("/profiles/buyer-1/verification", {"verified": True}).status == 403


def test_given_a_reinstated_person_when_they_write_then_200(buyer: Person) -> None:
    known("buyer-1", status="suspended")
    assert change(buyer).status == 403
    known("buyer-1", status="active")
    assert change(buyer).status == 200


def test_given_an_ended_session_when_it_writes_then_401_and_other_sessions_work() -> None:
    known("person-1", endedSessions={"phone"})
    assert change(Person("person-1", session="phone")).status == 401
    assert change(Person("person-1", session="laptop")).status == 200


def test_given_all_sessions_ended_when_an_older_session_writes_then_401() -> None:
    known("person-1", endedBefore=SIGNED_IN_AT)
    assert change(Person("person-1", signed_in_at=SIGNED_IN_AT - 1)).status == 401
    assert change(Person("person-1", signed_in_at=SIGNED_IN_AT)).status == 401
    again = change(Person("person-1", signed_in_at=SIGNED_IN_AT + 1))
    assert again.status == 200


def test_given_a_lost_role_when_it_is_used_then_403_and_other_roles_work() -> None:
    person = Person("person-1", ("buyer", "worker"))
    known("person-1", lostRoles={"worker"})
    job = post_job(person)
    other = post_job(Person("other", ("buyer",)))
    refused = person.post(f"/jobs/{other}/bids", OFFER)
    assert (refused.status, refused.body["detail"]) == (403, "You no longer hold the role worker.")
    assert stand_in.stored("bids") == []
    assert job


def test_given_one_lost_role_of_two_when_the_route_accepts_either_then_200(buyer: Person) -> None:
    # given a selected worker who dropped the role buyer, which their token still contains
    worker = Person("worker-1", ("buyer", "worker"))
    job = post_job(buyer)
    accept(buyer, place_bid(worker, job))
    known("worker-1", lostRoles={"buyer"})
    # when they cancel the job as its worker
    cancelled = worker.post(f"/jobs/{job}/cancellation", {"reason": "My car broke down."})
    # then the job is cancelled
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")


def test_given_a_suspended_person_over_the_rate_limit_when_they_write_then_403(clock: Clock) -> None:
    person = Person("person-1")
    for _ in range(20):
        change(person)
    known("person-1", status="suspended")
    assert change(person).status == 403


def test_given_twenty_writes_in_a_minute_when_one_more_is_made_then_429(clock: Clock) -> None:
    # given twenty writes in one minute
    person = Person("person-1")
    clock.tick(seconds=17)
    assert [change(person).status for _ in range(20)] == [200] * 20
    # when one more write follows in the same minute
    refused = change(person)
    # then it is refused with the seconds until the next minute
    assert (refused.status, refused.headers["Retry-After"]) == (429, "43")
    assert refused.headers["Content-Type"] == "application/problem+json"
    clock.tick(seconds=42)
    assert change(person).headers["Retry-After"] == "1"
    clock.tick(seconds=1)
    assert [change(person).status for _ in range(20)] == [200] * 20
    assert change(person).status == 429


def test_writes_that_the_rate_limit_refused_do_not_count(clock: Clock) -> None:
    person = Person("person-1")
    for _ in range(60):
        change(person)
    clock.tick(minutes=1)
    assert [change(person).status for _ in range(20)] == [200] * 20


def test_the_rate_limit_is_per_person_over_all_routes() -> None:
    one, other = Person("person-1", ("buyer",)), Person("person-2", ("buyer",))
    for _ in range(10):
        change(one)
        one.post("/jobs", POSTING)
    assert one.post("/jobs", POSTING).status == 429
    assert change(one).status == 429
    assert change(other).status == 200


def test_reads_do_not_count_for_the_rate_limit() -> None:
    person = Person("person-1", ("buyer",))
    for _ in range(20):
        change(person)
    assert [person.get(path).status for path in ("/profiles/me", "/jobs/mine", "/jobs")] == [200] * 3


def test_a_write_with_an_invalid_body_counts_for_the_rate_limit() -> None:
    person = Person("person-1")
    for _ in range(20):
        assert person.patch("/profiles/me", {"bio": 1}).status == 422
    assert change(person).status == 429


@pytest.mark.parametrize("minutes", [1, 7, 35])
def test_the_record_of_writes_stays_small_at_any_interval_of_writes(clock: Clock, minutes: int) -> None:
    # given a person who uses up their limit at regular intervals
    caller = Caller("person-1", frozenset(), "s", 0)
    for _ in range(5):
        for _ in range(20):
            users.pass_account_guard(caller, SIGNED_IN, khaya_clock.now(), counted=True)
        clock.tick(minutes=minutes)
    # then the record contains at most the writes of three minutes
    (record,) = stand_in.stored("users")
    assert sum(len(value) for value in record.values() if isinstance(value, list)) <= 60


def test_given_no_rate_limit_when_a_person_writes_then_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    here = users.settings()
    monkeypatch.setattr(users, "settings", lambda: here.model_copy(update={"writes_per_minute": 0}))
    person = Person("person-1")
    assert {change(person).status for _ in range(30)} == {200}
    (record,) = stand_in.stored("users")
    assert not any(isinstance(value, list) and value for value in record.values())
    known("person-1", status="suspended")
    assert change(person).status == 403
