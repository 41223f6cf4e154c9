"""Leaving for good: what stands in the way, and that afterwards nothing names whoever has left."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Context, Person, app
from tests.support.lives import (
    BROUGHT,
    EMAIL,
    EVIDENCE,
    MEMBER,
    NAME,
    OF_OTHERS,
    OTHER,
    PHONE,
    arrive,
    kept_files,
    live,
    traces,
)
from tests.support.money import apply, check_books, code_of, grant, payout_account, withdraw
from tests.support.records import accept, complete_job, place_bid, post_job, profile
from tests.support.stand_in import stored
from tests.support.stories import approve_story, complete_qualifying_job, submit_story
from tests.support.streams import follow
from tests.support.template import function_environment

FORMER = "Former member"


def test_nothing_names_somebody_who_has_left() -> None:
    # given somebody who did everything
    live()
    follow("erasure", "names", "rejections", "search")
    assert traces(NAME, PHONE, EMAIL)
    # when they have their account erased, and what follows is done
    assert MEMBER.delete("/profiles/me").status == 204
    _finish()
    # then no table holds their name, phone or e-mail, and no file but the proof of work done for somebody else
    assert traces(NAME, PHONE, EMAIL, "member-1's") == []
    assert kept_files() == sorted([EVIDENCE, OF_OTHERS])
    assert not _has_account("member-1")


def test_what_others_need_stays_without_a_name() -> None:
    ids = live()
    follow("erasure", "names", "rejections", "search")
    MEMBER.delete("/profiles/me")
    _finish()
    # the job that was open is called off, its bid rejected; the one bid on counts one fewer
    posted = OTHER.get(f"/jobs/{ids['posted']}").body
    assert (posted["status"], posted["buyerName"]) == ("cancelled", FORMER)
    received = OTHER.get(f"/bids/{ids['received']}").body
    assert (received["status"], received["rejectionReason"]) == ("rejected", "job_cancelled")
    assert OTHER.get(f"/bids/{ids['bid']}").body["status"] == "withdrawn"
    assert VISITOR.get(f"/jobs/{ids['offered']}").body["bidCount"] == 0
    # work done and reviews stay
    worked = OTHER.get(f"/jobs/{ids['worked']}").body
    assert worked["contact"] == {"displayName": FORMER, "phone": None}
    assert len(worked["submission"]["photos"]) == 1
    assert VISITOR.get(f"/reviews/{ids['review']}").body["reviewerName"] == FORMER
    assert VISITOR.get("/profiles/member-1").body["displayName"] == FORMER
    # what was on show is gone
    assert VISITOR.get(f"/listings/{ids['listing']}").status == 404
    assert VISITOR.get(f"/stories/{ids['story']}").status == 404
    assert VISITOR.get(f"/stories/{ids['liked']}").body["likes"] == 0
    assert VISITOR.get("/profiles", query={"trade": "painting"}).body["items"] == []
    assert [row for row in stored("sessions") if row["userId"] == "member-1"] == []
    # the money's records stay
    assert check_books(stored("credits"))["member-1"] == 5_000


def test_from_the_request_on_they_can_do_nothing() -> None:
    arrive()
    assert MEMBER.delete("/profiles/me").status == 204
    # before anything has followed, the gate refuses them and nobody finds them
    assert MEMBER.post("/jobs", {}).status == 401
    assert VISITOR.get("/profiles/member-1").body["displayName"] == FORMER
    assert VISITOR.get("/profiles", query={"role": "worker", "trade": "painting"}).body["items"] == []


def test_asking_twice_is_harmless_before_and_after_it_is_done() -> None:
    arrive()
    assert MEMBER.delete("/profiles/me").status == 204
    erased_at = _record()["erasedAt"]
    assert MEMBER.delete("/profiles/me").status == 204
    _finish()
    assert MEMBER.delete("/profiles/me").status == 204
    _finish()
    assert _record()["erasedAt"] == erased_at
    assert traces(NAME, PHONE, EMAIL) == []


@pytest.mark.parametrize("side", ["buyer", "worker"])
def test_not_while_a_job_is_in_progress(side: str) -> None:
    # given a job in progress, on either side of it
    arrive()
    buyer, worker = (MEMBER, OTHER) if side == "buyer" else (OTHER, MEMBER)
    job_id = post_job(buyer)
    accept(buyer, place_bid(worker, job_id))
    answer = MEMBER.delete("/profiles/me")
    assert answer.status == 409
    assert "job in progress" in answer.body["detail"]
    # when it has ended, nothing is in the way
    assert OTHER.post(f"/jobs/{job_id}/cancellation", {"reason": "It rains."}).status == 200
    assert MEMBER.delete("/profiles/me").status == 204


def test_not_while_a_withdrawal_is_pending() -> None:
    arrive()
    grant("member-1", 30_000)
    payout_account("member-1")
    assert withdraw(MEMBER, 10_000).status == 201
    answer = MEMBER.delete("/profiles/me")
    assert answer.status == 409
    assert "pending withdrawal" in answer.body["detail"]


def test_completed_jobs_are_in_nobodys_way() -> None:
    arrive()
    complete_job(MEMBER, OTHER)
    complete_job(OTHER, MEMBER)
    assert MEMBER.delete("/profiles/me").status == 204


def test_no_bid_of_somebody_who_has_left_is_accepted() -> None:
    # given a bid whose worker has left, before what follows has withdrawn it
    arrive()
    bid_id = place_bid(MEMBER, post_job(OTHER))
    assert MEMBER.delete("/profiles/me").status == 204
    # when it is accepted, then it is refused, and after a while it is gone
    assert OTHER.post(f"/bids/{bid_id}/acceptance").status == 409
    _finish()
    assert OTHER.get(f"/bids/{bid_id}").body["status"] == "withdrawn"


def test_no_admin_leaves_before_another_has_ended_that() -> None:
    profile("admin-1", roles=["admin"])
    assert Person("admin-1", ("admin",)).delete("/profiles/me").status == 409
    # nor by a token from before they became one
    assert Person("admin-1", ("buyer",)).delete("/profiles/me").status == 409


def test_a_suspension_is_not_shaken_off() -> None:
    arrive()
    admin = Person("admin-1", ("admin",))
    profile("admin-1", roles=["admin"])
    suspended = {"status": "suspended", "reason": "Took money and ran."}
    assert admin.patch("/admin/users/member-1", suspended).status == 200
    assert MEMBER.delete("/profiles/me").status == 403
    assert _record()["phone"] == PHONE


def test_nobody_decides_about_somebody_who_has_left() -> None:
    arrive()
    profile("admin-1", roles=["admin"])
    MEMBER.delete("/profiles/me")
    answer = Person("admin-1", ("admin",)).patch("/admin/users/member-1", {"status": "active", "reason": "Come back."})
    assert answer.status == 409
    assert _record()["status"] == "erased"


def test_who_comes_back_is_not_new() -> None:
    # given somebody who left
    arrive()
    MEMBER.delete("/profiles/me")
    _finish()
    # when they sign in for the first time again, with the same phone
    again, newcomer = Person("again-1", ("worker",)), Person("newcomer-1", ("worker",))
    _sign_in("again-1", PHONE)
    _sign_in("newcomer-1", "+27837654321")
    # then nothing that is for newcomers is for them, nor the reward for a first story
    assert apply(newcomer, code_of(OTHER)).status == 201
    refused = apply(again, code_of(OTHER))
    assert refused.status == 409
    assert "member before" in refused.body["detail"]
    for person in (again, newcomer):
        complete_qualifying_job(person.user_id or "")
        approve_story(submit_story(person))
    assert newcomer.get("/credits/balance").body["balanceCents"] == 5_000
    assert again.get("/credits/balance").body["balanceCents"] == 0


def test_the_kept_hash_tells_nothing_without_the_key() -> None:
    arrive()
    MEMBER.delete("/profiles/me")
    _finish()
    kept = [row for row in stored("users") if row["userId"].startswith("former#")]
    assert len(kept) == 2
    assert all(set(row) <= {"userId", "formerSince", "lastWrite"} for row in kept)


def test_an_erasure_takes_as_many_runs_as_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    # given runs that have time for one thing each
    live()
    follow("erasure", "names", "rejections", "search")
    MEMBER.delete("/profiles/me")
    runs: list[dict[str, Any]] = []
    really_run = app("erasure").handler

    def run(event: dict[str, Any], context: Any) -> Any:
        runs.append(event)
        return really_run(event, context)

    monkeypatch.setattr(app("erasure"), "handler", run)
    monkeypatch.setattr("tests.support.streams.Context", lambda: Context(milliseconds=1))
    # when they follow each other, then each does a part, until it is finished
    follow("erasure", "names", "rejections", "search")
    assert "erasureDoneAt" in _record()
    assert 10 < len(runs) < 60
    monkeypatch.undo()
    _finish()
    assert traces(NAME, PHONE, EMAIL) == []


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_an_erasure_that_is_interrupted_at_any_call_is_finished_by_the_next_run(
    lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given somebody who has asked to be erased
    live()
    follow("erasure", "names", "rejections", "search")
    assert MEMBER.delete("/profiles/me").status == 204
    # when a run dies at its first call, the next at its second, and so on, until one gets through
    position = 0
    while not _run_dying_at(position, lost, monkeypatch):
        position += 1
        assert position < 400
    # then all is done, once
    _finish()
    assert traces(NAME, PHONE, EMAIL) == []
    assert kept_files() == sorted([EVIDENCE, OF_OTHERS])
    assert not _has_account("member-1")
    offered = next(row for row in stored("jobs") if row["title"] == "Paint the front door")
    assert offered["bidCount"] == 0
    liked = next(row for row in stored("stories") if row.get("authorId") == "other-1")
    assert liked["likes"] == 0
    assert position > 20


def test_a_profile_that_was_written_after_the_decision_is_emptied_again() -> None:
    # given a request that had passed the gate before, and writes when the decision has been taken
    from khaya.platform.data import dynamo  # noqa: PLC0415
    from khaya.profiles import store  # noqa: PLC0415
    from khaya.profiles.model import ProfileChanges  # noqa: PLC0415

    arrive()
    MEMBER.delete("/profiles/me")
    late = store.get("member-1")
    changes = ProfileChanges.model_validate({"displayName": NAME, "bio": NAME})
    dynamo.commit(store.change(late, late.written(changes, "2026-11-21T08:00:01.000Z")), "the token of this write")
    # when what follows is done, then nothing of it stays
    _finish()
    assert traces(NAME) == []


def test_those_who_stay_lose_nothing(clock: Clock) -> None:
    live()
    follow("erasure", "names", "rejections", "search")
    before = [row for row in stored("profiles") if row["userId"] != "member-1"]
    MEMBER.delete("/profiles/me")
    _finish()
    after = [row for row in stored("profiles") if row["userId"] != "member-1"]
    assert [row["displayName"] for row in after] == [row["displayName"] for row in before]
    assert BROUGHT.get("/profiles/me").body["displayName"] == "Lindiwe Zulu"
    assert OTHER.get("/jobs/mine").status == 200


def _finish() -> None:
    """Let everything follow, also what follows from that."""
    for _ in range(4):
        follow("erasure", "names", "rejections", "search")


def _record() -> dict[str, Any]:
    return next(row for row in stored("users") if row["userId"] == "member-1")


def _has_account(user_id: str) -> bool:
    pool = function_environment()["USER_POOL_ID"]
    return any(
        user["Username"] == user_id for user in stand_in.client("cognito-idp").list_users(UserPoolId=pool)["Users"]
    )


def _sign_in(user_id: str, phone: str) -> None:
    """What Cognito asks when it issues somebody's first token."""
    attributes = {"sub": user_id, "phone_number": phone, "name": "Zodwa"}
    request = {"userAttributes": attributes, "groupConfiguration": {"groupsToOverride": ["worker"]}}
    event = {"triggerSource": "TokenGeneration_Authentication", "request": request, "response": {}}
    app("tokens").handler(event, Context())


def _run_dying_at(position: int, lost: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """One run of the erasure, in which a call's request or answer is lost; whether it got through all the same."""
    from khaya.erasure import service  # noqa: PLC0415

    original, left = BaseClient._make_api_call, [position]  # type: ignore[attr-defined]

    def failing(client: Any, operation: str, request: Any) -> Any:
        left[0] -= 1
        if left[0] != -1:
            return original(client, operation, request)
        if lost == "answer":
            original(client, operation, request)
        raise _DiedError

    with monkeypatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", failing)
        try:
            service.run("member-1", "2026-11-21T08:00:00.000Z", lambda: True)
        except _DiedError:
            return False
    return left[0] >= 0


class _DiedError(BaseException):
    """The process ended here."""
