"""The gate: what stops a write, at once and exactly, whatever the token says."""

from __future__ import annotations

import pytest

from khaya.platform.web.access import SIGNED_IN, Caller
from khaya.users import store as users
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import SIGNED_IN_AT, Answer, Person
from tests.support.records import OFFER, POSTING, accept, known, place_bid, post_job


def change(person: Person) -> Answer:
    return person.patch("/profiles/me", {"bio": "I fix taps."})


def test_a_suspended_person_writes_nothing_but_reads(buyer: Person) -> None:
    known("buyer-1", status="suspended")
    refused = buyer.post("/jobs", POSTING)
    assert (refused.status, refused.body["detail"]) == (403, "This account is suspended.")
    assert stand_in.stored("jobs") == []
    assert buyer.get("/profiles/me").status == 200
    assert buyer.get("/jobs/mine").status == 200


def test_a_suspended_admin_does_not_even_read_what_is_for_admins(admin: Person) -> None:
    known("admin-1", status="suspended")
    assert admin.put("/profiles/buyer-1/verification", {"verified": True}).status == 403


def test_somebody_active_again_writes_again(buyer: Person) -> None:
    known("buyer-1", status="suspended")
    assert change(buyer).status == 403
    known("buyer-1", status="active")
    assert change(buyer).status == 200


def test_an_ended_session_is_over_and_the_others_go_on() -> None:
    known("person-1", endedSessions={"phone"})
    assert change(Person("person-1", session="phone")).status == 401
    assert change(Person("person-1", session="laptop")).status == 200


def test_all_sessions_from_before_a_moment_are_over() -> None:
    known("person-1", endedBefore=SIGNED_IN_AT)
    assert change(Person("person-1", signed_in_at=SIGNED_IN_AT - 1)).status == 401
    assert change(Person("person-1", signed_in_at=SIGNED_IN_AT)).status == 401
    again = change(Person("person-1", signed_in_at=SIGNED_IN_AT + 1))
    assert again.status == 200


def test_a_lost_role_is_refused_and_others_are_not() -> None:
    person = Person("person-1", ("buyer", "worker"))
    known("person-1", lostRoles={"worker"})
    job = post_job(person)
    other = post_job(Person("other", ("buyer",)))
    refused = person.post(f"/jobs/{other}/bids", OFFER)
    assert (refused.status, refused.body["detail"]) == (403, "You no longer hold the role worker.")
    assert stand_in.stored("bids") == []
    assert job


def test_who_lost_one_role_acts_by_the_other_where_either_will_do(buyer: Person) -> None:
    # given a worker selected for a job who has just dropped the role of a buyer, which their token still names
    worker = Person("worker-1", ("buyer", "worker"))
    job = post_job(buyer)
    accept(buyer, place_bid(worker, job))
    known("worker-1", lostRoles={"buyer"})
    # when they call the job off, as its worker may
    cancelled = worker.post(f"/jobs/{job}/cancellation", {"reason": "My car broke down."})
    # then it is
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")


def test_a_suspension_weighs_more_than_a_full_minute(clock: Clock) -> None:
    person = Person("person-1")
    for _ in range(20):
        change(person)
    known("person-1", status="suspended")
    assert change(person).status == 403


def test_twenty_writes_a_minute_and_not_one_more(clock: Clock) -> None:
    # given somebody who writes as often as they may
    person = Person("person-1")
    clock.tick(seconds=17)
    assert [change(person).status for _ in range(20)] == [200] * 20
    # when they write once more in the same minute
    refused = change(person)
    # then they are told to come back when it is over
    assert (refused.status, refused.headers["Retry-After"]) == (429, "43")
    assert refused.headers["Content-Type"] == "application/problem+json"
    clock.tick(seconds=42)
    assert change(person).headers["Retry-After"] == "1"
    clock.tick(seconds=1)
    assert [change(person).status for _ in range(20)] == [200] * 20
    assert change(person).status == 429


def test_writes_that_were_refused_for_the_limit_do_not_count(clock: Clock) -> None:
    person = Person("person-1")
    for _ in range(60):
        change(person)
    clock.tick(minutes=1)
    assert [change(person).status for _ in range(20)] == [200] * 20


def test_the_limit_is_each_persons_own_and_of_all_routes_together() -> None:
    one, other = Person("person-1", ("buyer",)), Person("person-2", ("buyer",))
    for _ in range(10):
        change(one)
        one.post("/jobs", POSTING)
    assert one.post("/jobs", POSTING).status == 429
    assert change(one).status == 429
    assert change(other).status == 200


def test_reading_is_not_counted() -> None:
    person = Person("person-1", ("buyer",))
    for _ in range(20):
        change(person)
    assert [person.get(path).status for path in ("/profiles/me", "/jobs/mine", "/jobs")] == [200] * 3


def test_a_body_that_breaks_rules_counts_as_a_write() -> None:
    person = Person("person-1")
    for _ in range(20):
        assert person.patch("/profiles/me", {"bio": 1}).status == 422
    assert change(person).status == 429


@pytest.mark.parametrize("minutes", [1, 7, 35])
def test_what_is_counted_does_not_grow_however_somebody_spaces_their_writes(clock: Clock, minutes: int) -> None:
    # given somebody who uses up their minute, again and again at the same distance
    caller = Caller("person-1", frozenset(), "s", 0)
    from khaya.platform.base import clock as khaya_clock  # noqa: PLC0415

    for _ in range(5):
        for _ in range(20):
            users.pass_account_guard(caller, SIGNED_IN, khaya_clock.now(), counted=True)
        clock.tick(minutes=minutes)
    # then what is kept does not grow with it
    (record,) = stand_in.stored("users")
    assert sum(len(value) for value in record.values() if isinstance(value, list)) <= 60


def test_without_a_limit_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    here = users.settings()
    monkeypatch.setattr(users, "settings", lambda: here.model_copy(update={"writes_per_minute": 0}))
    person = Person("person-1")
    assert {change(person).status for _ in range(30)} == {200}
    (record,) = stand_in.stored("users")
    assert not any(isinstance(value, list) and value for value in record.values())
    known("person-1", status="suspended")
    assert change(person).status == 403
