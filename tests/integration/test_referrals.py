"""Codes, applications and the leaderboard over the API."""

from __future__ import annotations

import pytest

from khaya.platform.base import clock as time
from khaya.platform.data import dynamo
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.referrals import model, store
from tests.conftest import Clock
from tests.support.client import VISITOR, Person
from tests.support.money import apply, code_of, everything, known, refer, release, released_job
from tests.support.records import complete_job, profile
from tests.support.stand_in import stored
from tests.support.streams import follow

REFERRER = Person("referrer-1", ("worker",))
NEWCOMER = Person("newcomer-1", ("worker",))


def test_a_code_is_created_on_first_use_and_is_permanent() -> None:
    # when
    first, again, other = code_of(REFERRER), code_of(REFERRER), code_of(NEWCOMER)
    # then
    assert first == again != other
    assert len(first) == 8
    assert not set(first) & set("01OILUAEIY")
    assert len(stored("referrals")) == 4


def test_a_suspended_person_gets_no_code(admin: Person) -> None:
    # given
    known("admin-1", "person-1", "person-2")
    code_of(Person("person-1"))
    for user_id in ("person-1", "person-2"):
        decided = {"status": "suspended", "reason": "Spam in every bid."}
        assert admin.patch(f"/admin/users/{user_id}", decided).status == 200
        # then neither an existing code is shown nor a new one created
        assert Person(user_id).get("/referrals/code").status == 403


def test_a_code_that_is_taken_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given

    made = iter(["BBBBBBBB", "BBBBBBBB", "CCCCCCCC"])
    monkeypatch.setattr(model, "new_code", lambda: next(made))
    # when
    codes = code_of(REFERRER), code_of(NEWCOMER)
    # then
    assert codes == ("BBBBBBBB", "CCCCCCCC")


def test_an_application_names_the_referrer() -> None:
    # given
    profile("referrer-1", display_name="Nomvula Khumalo")
    profile("newcomer-1", display_name="Themba Ndlovu")
    code = code_of(REFERRER)
    # when it is sent in lower case with a hyphen and blanks
    answer = apply(NEWCOMER, f" {code[:4].lower()}-{code[4:]} ")
    # then
    assert answer.status == 201
    assert "Location" not in answer.headers, "no route shows it"
    assert answer.body == {
        "id": answer.body["id"],
        "code": code,
        "referrerName": "Nomvula Khumalo",
        "status": "pending",
        "createdAt": "2026-11-21T08:00:00.000Z",
    }
    assert everything(REFERRER, "/referrals/mine") == [
        {
            "id": answer.body["id"],
            "referredName": "Themba Ndlovu",
            "status": "pending",
            "rewardCents": None,
            "completedAt": None,
            "rewardedAt": None,
            "createdAt": "2026-11-21T08:00:00.000Z",
        }
    ]
    assert everything(NEWCOMER, "/referrals/mine") == []


def test_a_code_is_applied_once_ever() -> None:
    code, other = code_of(REFERRER), code_of(Person("referrer-2"))
    assert apply(NEWCOMER, code).status == 201
    assert apply(NEWCOMER, code).status == 409
    assert apply(NEWCOMER, other).status == 409


def test_applying_ones_own_code_is_refused() -> None:
    assert apply(REFERRER, code_of(REFERRER)).status == 409


def test_an_unknown_code_is_not_found() -> None:
    assert apply(NEWCOMER, "BCDFGHJK").status == 404


@pytest.mark.parametrize("code", ["", " ", "x" * 33, 5, None, "a\nb"])
def test_a_code_is_a_short_line(code: object) -> None:
    answer = NEWCOMER.post("/referrals/applications", {"code": code})
    assert (answer.status, answer.fields) == (422, {"code"})


@pytest.mark.parametrize("side", ["buyer", "worker"])
def test_after_a_completed_job_a_code_is_refused(side: str) -> None:
    # given
    buyer, worker = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))
    complete_job(buyer, worker)
    # when either side of the job applies a code
    answer = apply(buyer if side == "buyer" else worker, code_of(REFERRER))
    # then
    assert (answer.status, "completed a job" in answer.body["detail"]) == (409, True)
    assert everything(REFERRER, "/referrals/mine") == []


def test_own_referrals_are_listed_newest_first(clock: Clock) -> None:
    for number in range(7):
        profile(f"n{number}", display_name=f"Newcomer {number}")
        refer("referrer-1", f"n{number}")
        clock.tick(seconds=1)
    found = everything(REFERRER, "/referrals/mine", limit=3)
    assert [one["referredName"] for one in found] == [f"Newcomer {number}" for number in range(6, -1, -1)]


def test_the_leaderboard_shows_the_twenty_with_the_most_rewards(clock: Clock) -> None:
    # given one referrer without a reward, and 22 with one, the last of whom gets a second
    refer("nobody", "n0")
    for number in range(1, 23):
        _add_reward(f"r{number}", f"Referrer {number}")
        clock.tick(seconds=1)
    _add_reward("r22", "Referrer 22")
    # when
    answer = VISITOR.get("/referrals/leaderboard")
    # then of those with the same count, the first to reach it is listed first
    assert answer.status == 200
    assert answer.body["generatedAt"] == "2026-11-21T08:00:22.000Z"
    assert [one["rank"] for one in answer.body["items"]] == list(range(1, 21))
    assert answer.body["items"][0] == {
        "rank": 1,
        "userId": "r22",
        "displayName": "Referrer 22",
        "rewardedCount": 2,
    }
    assert [one["userId"] for one in answer.body["items"][1:]] == [f"r{number}" for number in range(1, 20)]


def test_given_a_changed_name_then_referrals_show_the_new_one() -> None:
    # given a referral, rewarded
    profile("referrer-1", display_name="Nomvula Khumalo")
    profile("newcomer-1", display_name="Themba Ndlovu")
    refer("referrer-1", "newcomer-1")
    release(released_job("buyer-1", "newcomer-1"))
    # when both change their names
    for person, name in ((REFERRER, "Nomvula Cele"), (NEWCOMER, "Themba Zulu")):
        assert person.patch("/profiles/me", {"displayName": name}).status == 200
    follow("referrals", "name_sync")
    # then
    assert VISITOR.get("/referrals/leaderboard").body["items"][0]["displayName"] == "Nomvula Cele"
    assert everything(REFERRER, "/referrals/mine")[0]["referredName"] == "Themba Zulu"
    assert apply(Person("newcomer-2"), code_of(REFERRER)).body["referrerName"] == "Nomvula Cele"


def _add_reward(user_id: str, name: str) -> None:
    """Count one more rewarded referral."""

    before = store.read_referrer(dynamo.get(*store.referrer_key(user_id)), user_id)
    named = before if before.code else before.with_code(user_id, name)
    unit_of_work = UnitOfWork()
    unit_of_work.add(store.update_referrer(before, named.with_reward(time.now(), automatic=True)))
    unit_of_work.commit()
