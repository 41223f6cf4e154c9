"""Erasure: what prevents it, and that no personal data is left afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient

from khaya.chargebacks import store as chargebacks
from khaya.chargebacks.model import Chargeback
from khaya.collections import store as collections
from khaya.collections.model import new_collection
from khaya.erasure import decision, service
from khaya.platform.base import clock as khaya_clock
from khaya.platform.data import dynamo
from khaya.platform.data.unit_of_work import commit_now
from khaya.profiles import store
from khaya.profiles.model import ProfileChanges
from khaya.stories import store as stories
from tests.conftest import Clock
from tests.support import first_token, stand_in
from tests.support.client import VISITOR, Context, Person, app, subject_of
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
    leave,
    live,
    traces,
)
from tests.support.money import apply, check_books, code_of, grant, payout_account, withdraw
from tests.support.records import accept, complete_job, place_bid, post_job, profile
from tests.support.stand_in import stored
from tests.support.stories import (
    approve_story,
    approved_story,
    complete_qualifying_job,
    reject_story,
    submit_story,
)
from tests.support.streams import follow
from tests.support.template import function_environment

FORMER = "Former member"


def test_given_an_erased_person_then_no_table_and_no_file_contains_their_personal_data() -> None:
    # given a person with data in every table
    live()
    follow("erasure", "name_sync", "bids", "search")
    assert traces(NAME, PHONE, EMAIL)
    # when their account is erased
    assert leave(MEMBER).status == 204
    _finish()
    # then no table contains their name, phone or e-mail, and only the proof of their work is left of their files
    assert traces(NAME, PHONE, EMAIL, "member-1's") == []
    assert kept_files() == sorted([EVIDENCE, OF_OTHERS])
    assert not _has_account("member-1")


def test_given_an_erased_person_then_jobs_bids_and_reviews_stay_without_a_name() -> None:
    ids = live()
    follow("erasure", "name_sync", "bids", "search")
    leave(MEMBER)
    _finish()
    # the open job is cancelled and its bid rejected; the job with their bid counts one bid fewer
    posted = OTHER.get(f"/jobs/{ids['posted']}").body
    assert (posted["status"], posted["buyerName"]) == ("cancelled", FORMER)
    received = OTHER.get(f"/bids/{ids['received']}").body
    assert (received["status"], received["rejectionReason"]) == ("rejected", "job_cancelled")
    assert OTHER.get(f"/bids/{ids['bid']}").body["status"] == "withdrawn"
    assert VISITOR.get(f"/jobs/{ids['offered']}").body["bidCount"] == 0
    # completed work and reviews stay
    worked = OTHER.get(f"/jobs/{ids['worked']}").body
    assert worked["contact"] == {"displayName": FORMER, "phone": None}
    assert len(worked["submission"]["photos"]) == 1
    assert VISITOR.get(f"/reviews/{ids['review']}").body["reviewerName"] == FORMER
    assert VISITOR.get("/profiles/member-1").body["displayName"] == FORMER
    # public items are removed
    assert VISITOR.get(f"/listings/{ids['listing']}").status == 404
    assert VISITOR.get(f"/stories/{ids['story']}").status == 404
    (asked,) = OTHER.get("/enquiries/mine", query={"as": "seller"}).body["items"]
    assert (asked["id"], asked["status"]) == (ids["enquiry"], "closed")
    assert VISITOR.get(f"/stories/{ids['liked']}").body["likes"] == 0
    assert VISITOR.get("/profiles", query={"trade": "painting"}).body["items"] == []
    assert [row for row in stored("sessions") if row["userId"] == "member-1"] == []
    # money records stay, and the credits are the platform's
    assert check_books(stored("credits"))["member-1"] == 0


@pytest.mark.parametrize("state", ["approved", "rejected", "hidden"])
def test_given_a_liked_story_in_any_state_when_the_liker_is_erased_then_its_count_is_exact(state: str) -> None:
    # given a story that the member and another person like, and that then changes its state
    arrive()
    author = Person("author-1", ("worker",))
    profile("author-1", roles=["worker"])
    story = approved_story(author)
    for liker in (MEMBER, OTHER):
        assert liker.put(f"/stories/{story}/like").status == 200
    if state == "rejected":
        reject_story(story)
    if state == "hidden":
        written = stories.find(story)
        assert written is not None
        hidden = stories.set_hidden(written, hidden=True)
        assert hidden is not None
        commit_now(hidden)
    # when the member is erased
    assert leave(MEMBER).status == 204
    _finish()
    # then the count is that of the likes that are left
    kept = stored("stories")
    assert next(one["likes"] for one in kept if one["id"] == story) == 1
    assert [one["likedBy"] for one in kept if "likedBy" in one] == [OTHER.user_id]


def test_when_an_erasure_is_requested_then_access_ends_at_once() -> None:
    arrive()
    assert leave(MEMBER).status == 204
    # before the erasure runs, the account guard refuses them and the directory does not list them
    assert MEMBER.post("/jobs", {}).status == 401
    assert VISITOR.get("/profiles/member-1").body["displayName"] == FORMER
    assert VISITOR.get("/profiles", query={"role": "worker", "trade": "painting"}).body["items"] == []


def test_given_a_requested_erasure_when_it_is_requested_again_then_204() -> None:
    arrive()
    assert leave(MEMBER).status == 204
    erased_at = _record()["erasedAt"]
    assert leave(MEMBER).status == 204
    _finish()
    assert leave(MEMBER).status == 204
    _finish()
    assert _record()["erasedAt"] == erased_at
    assert traces(NAME, PHONE, EMAIL) == []


@pytest.mark.parametrize("side", ["buyer", "worker"])
def test_given_a_job_in_progress_when_an_erasure_is_requested_then_409(side: str) -> None:
    # given a job in progress, as its buyer or its worker
    arrive()
    buyer, worker = (MEMBER, OTHER) if side == "buyer" else (OTHER, MEMBER)
    job_id = post_job(buyer)
    accept(buyer, place_bid(worker, job_id))
    answer = leave(MEMBER)
    assert answer.status == 409
    assert "job in progress" in answer.body["detail"]
    # when the job has ended, then the erasure is accepted
    assert OTHER.post(f"/jobs/{job_id}/cancellation", {"reason": "It rains."}).status == 200
    assert leave(MEMBER).status == 204


def test_given_a_pending_withdrawal_when_an_erasure_is_requested_then_409() -> None:
    arrive()
    grant("member-1", 30_000)
    payout_account("member-1")
    assert withdraw(MEMBER, 10_000).status == 201
    answer = leave(MEMBER)
    assert answer.status == 409
    assert "pending withdrawal" in answer.body["detail"]


@pytest.mark.parametrize("said", [None, 0, 4_999, 5_001, 500_000])
def test_given_credits_when_an_erasure_does_not_forfeit_them_exactly_then_409_and_nothing_is_lost(
    said: int | None,
) -> None:
    arrive()
    grant("member-1", 5_000)
    answer = MEMBER.delete("/profiles/me", query={} if said is None else {"forfeitCents": str(said)})
    assert (answer.status, answer.body["code"], answer.body["params"]) == (409, "credits_left", {"balanceCents": 5_000})
    assert MEMBER.get("/credits/balance").body["balanceCents"] == 5_000
    # when it forfeits all of them, then the person is erased and the books balance
    assert MEMBER.delete("/profiles/me", query={"forfeitCents": "5000"}).status == 204
    assert check_books(stored("credits"))["member-1"] == 0
    (lost,) = [row for row in stored("credits") if row.get("type") == "deduction"]
    assert (lost["amountCents"], lost["balanceAfterCents"]) == (-5_000, 0)


@pytest.mark.parametrize("said", ["-1", "1.5", "5e3", "R50", "", "9" * 30])
def test_an_unreadable_sum_to_forfeit_is_refused_with_the_field(said: str) -> None:
    arrive()
    answer = MEMBER.delete("/profiles/me", query={"forfeitCents": said})
    assert (answer.status, answer.fields) == (422, {"forfeitCents"})


def test_given_credits_booked_while_an_erasure_is_requested_then_they_are_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a reward that is booked after the request has read a balance of nothing
    arrive()
    real = decision.held_until

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(decision, "held_until", real)
        grant("member-1", 5_000)
        return real(*arguments)

    monkeypatch.setattr(decision, "held_until", meanwhile)
    # when the request commits, then it is decided anew and refused
    answer = MEMBER.delete("/profiles/me")
    assert (answer.status, answer.body["code"]) == (409, "credits_left")
    assert MEMBER.get("/credits/balance").body["balanceCents"] == 5_000


def test_given_only_completed_jobs_when_an_erasure_is_requested_then_204() -> None:
    arrive()
    complete_job(MEMBER, OTHER)
    complete_job(OTHER, MEMBER)
    assert leave(MEMBER).status == 204


def test_given_an_erased_worker_when_their_bid_is_accepted_then_409() -> None:
    # given a bid of an erased worker that is not withdrawn yet
    arrive()
    bid_id = place_bid(MEMBER, post_job(OTHER))
    assert leave(MEMBER).status == 204
    # when it is accepted, then 409, and the erasure withdraws it
    assert OTHER.post(f"/bids/{bid_id}/acceptance").status == 409
    _finish()
    assert OTHER.get(f"/bids/{bid_id}").body["status"] == "withdrawn"


def test_given_an_admin_when_they_request_an_erasure_then_409() -> None:
    profile("admin-1", roles=["admin"])
    assert Person("admin-1", ("admin",)).delete("/profiles/me").status == 409
    # also with a token from before they became an admin
    assert Person("admin-1", ("buyer",)).delete("/profiles/me").status == 409


def test_given_a_suspended_person_when_they_request_an_erasure_then_they_are_erased() -> None:
    arrive()
    admin = Person("admin-1", ("admin",))
    profile("admin-1", roles=["admin"])
    suspended = {"status": "suspended", "reason": "Took money and ran."}
    assert admin.patch("/admin/users/member-1", suspended).status == 200
    assert leave(MEMBER).status == 204
    assert _record()["status"] == "erased"


def test_given_an_erased_person_when_an_admin_decides_about_them_then_409() -> None:
    arrive()
    profile("admin-1", roles=["admin"])
    leave(MEMBER)
    answer = Person("admin-1", ("admin",)).patch("/admin/users/member-1", {"status": "active", "reason": "Come back."})
    assert answer.status == 409
    assert _record()["status"] == "erased"


def test_given_an_erased_person_when_they_sign_up_again_then_they_get_no_new_member_benefits() -> None:
    # given an erased person
    arrive()
    leave(MEMBER)
    _finish()
    # when they sign up again with the same phone
    again, newcomer = Person("again-1", ("worker",)), Person("newcomer-1", ("worker",))
    _sign_in("again-1", PHONE)
    _sign_in("newcomer-1", "+27837654321")
    # then they can use no referral code and get no reward for a first story
    assert apply(newcomer, code_of(OTHER)).status == 201
    refused = apply(again, code_of(OTHER))
    assert refused.status == 409
    assert "member before" in refused.body["detail"]
    for person in (again, newcomer):
        complete_qualifying_job(person.user_id or "")
        approve_story(submit_story(person))
    follow("story_rewards")
    assert newcomer.get("/credits/balance").body["balanceCents"] == 5_000
    assert again.get("/credits/balance").body["balanceCents"] == 0


def test_given_an_erased_person_then_only_keyed_hashes_of_their_contacts_are_kept() -> None:
    arrive()
    leave(MEMBER)
    _finish()
    kept = [row for row in stored("users") if row["userId"].startswith("former#")]
    assert len(kept) == 2
    assert all(set(row) <= {"userId", "formerSince", "lastWrite"} for row in kept)


def test_given_runs_with_little_time_when_they_repeat_then_the_erasure_completes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given runs with time for one item each
    live()
    follow("erasure", "name_sync", "bids", "search")
    leave(MEMBER)
    runs: list[dict[str, Any]] = []
    really_run = app("person").handler

    def run(event: dict[str, Any], context: Any) -> Any:
        del context
        runs.append(event)
        return really_run(event, Context(milliseconds=15_000))

    monkeypatch.setattr(app("person"), "handler", run)
    # when they run one after the other, then the erasure completes
    follow("erasure", "name_sync", "bids", "search")
    assert "erasureDoneAt" in _record()
    assert 10 < len(runs) < 60
    monkeypatch.undo()
    _finish()
    assert traces(NAME, PHONE, EMAIL) == []


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_given_a_run_that_fails_at_any_call_when_the_next_runs_then_the_erasure_completes(
    lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a requested erasure
    live()
    follow("erasure", "name_sync", "bids", "search")
    assert leave(MEMBER).status == 204
    # when the first run fails at its first call, the second at its second, and so on, until one succeeds
    position = 0
    while not _run_dying_at(position, lost, monkeypatch):
        position += 1
        assert position < 400
    # then everything is erased, and counters changed once
    _finish()
    assert traces(NAME, PHONE, EMAIL) == []
    assert kept_files() == sorted([EVIDENCE, OF_OTHERS])
    assert not _has_account("member-1")
    offered = next(row for row in stored("jobs") if row["title"] == "Paint the front door")
    assert offered["bidCount"] == 0
    liked = next(row for row in stored("stories") if row.get("authorId") == "other-1")
    assert liked["likes"] == 0
    assert position > 20


def test_given_a_profile_written_after_the_decision_when_the_erasure_runs_then_it_is_emptied() -> None:
    # given a request that passed the account guard before the decision and writes after it
    arrive()
    leave(MEMBER)
    late = store.get("member-1")
    changes = ProfileChanges.model_validate({"displayName": NAME, "bio": NAME})
    dynamo.commit(store.change(late, late.with_changes(changes, "2026-11-21T08:00:01.000Z")), "the token of this write")
    # when the erasure runs, then the profile is empty
    _finish()
    assert traces(NAME) == []


def test_when_a_person_is_erased_then_other_peoples_data_is_unchanged(clock: Clock) -> None:
    live()
    follow("erasure", "name_sync", "bids", "search")
    before = [row for row in stored("profiles") if row["userId"] != "member-1"]
    leave(MEMBER)
    _finish()
    after = [row for row in stored("profiles") if row["userId"] != "member-1"]
    assert [row["displayName"] for row in after] == [row["displayName"] for row in before]
    assert BROUGHT.get("/profiles/me").body["displayName"] == "Lindiwe Zulu"
    assert OTHER.get("/jobs/mine").status == 200


@pytest.fixture
def card_payer() -> str:
    """The member has an open job, and a completed one for which they paid by card; returns the latter's id."""
    arrive()
    post_job(MEMBER)
    job_id = complete_job(MEMBER, OTHER)
    _pay(job_id, card_hashes=("hash of a card",))
    return job_id


def test_given_a_card_payment_when_an_erasure_is_requested_then_the_account_is_closed_and_the_rest_waits(
    card_payer: str, clock: Clock
) -> None:
    # when the erasure is requested, then the answer says when
    answer = leave(MEMBER)
    assert (answer.status, answer.body) == (202, {"scheduledFor": "2027-05-20T08:00:00.000Z"})
    assert leave(MEMBER).body == answer.body
    _finish()
    # then nobody can use the account, and what is open is closed
    assert MEMBER.get("/profiles/me").status == 401
    assert [row["status"] for row in stored("jobs") if row["id"] != card_payer] == ["cancelled"]
    assert MEMBER.get(f"/jobs/{card_payer}").status == 401
    assert VISITOR.get("/profiles/member-1").body["displayName"] == FORMER
    # but the evidence for a chargeback is kept: the words of the job, and name and contact in the private record
    record = _record()
    assert (record["displayName"], record["phone"], "erasureDoneAt" in record) == (NAME, PHONE, False)
    assert {place.partition(":")[0] for place in traces(NAME)} == {"khaya-users-test-1"}
    assert _has_account("member-1")
    # and the nightly repair finds nothing to do
    clock.tick(days=1)
    found = app("repair").handler({"objects": ["people/member-1"]}, Context())["findings"]
    assert "erasure" not in {**found["mended"], **found["failed"]}
    # when the time is over, then everything is erased
    clock.tick(days=178, hours=23)
    assert _run_daily()["erasures"] == 0
    clock.tick(hours=1)
    assert _run_daily()["erasures"] == 1
    _finish()
    assert "erasureDoneAt" in _record()
    assert traces(NAME, PHONE, EMAIL, "member-1's") == []
    assert not _has_account("member-1")
    clock.tick(days=1)
    assert _run_daily()["erasures"] == 0


def test_given_an_open_chargeback_when_the_time_is_over_then_the_data_is_kept_until_it_ends(
    card_payer: str, clock: Clock
) -> None:
    assert leave(MEMBER).status == 202
    _finish()
    now = "2027-05-19T08:00:00.000Z"
    opened = Chargeback(
        id="1", collection_id="c", buyer_id="member-1", amount_cents=10_000, created_at=now, updated_at=now
    )
    commit_now(chargebacks.create(opened))
    clock.tick(days=180)
    assert _run_daily()["erasures"] == 0
    commit_now(chargebacks.change(opened, opened.ended("won", now)))
    assert _run_daily()["erasures"] == 0
    clock.tick(days=1)
    assert _run_daily()["erasures"] == 1
    _finish()
    assert "erasureDoneAt" in _record()


@pytest.mark.parametrize(("days", "card"), [(180, True), (1, False)])
def test_given_an_old_card_payment_or_one_without_a_card_when_an_erasure_is_requested_then_204(
    days: int, card: bool, clock: Clock
) -> None:
    arrive()
    _pay(complete_job(MEMBER, OTHER), card_hashes=("hash of a card",) if card else ())
    clock.tick(days=days)
    assert Person("member-1", MEMBER.roles, signed_in_at=10**10).delete("/profiles/me").status == 204
    _finish()
    assert "erasureDoneAt" in _record()


def _pay(job_id: str, card_hashes: tuple[str, ...]) -> None:
    """Store a payment of the member's for a job, made now."""
    now = khaya_clock.now()
    made = new_collection(
        job_id=job_id, job_title="Tap", buyer_id="member-1", part="all", attempt=1, amount_cents=21_000, now=now
    )
    paid = made.paid(21_000, fee_cents=600, card_hashes=card_hashes, paid_at=now, now=now)
    commit_now(collections.create(paid))


def _run_daily() -> dict[str, int]:
    report: dict[str, int] = app("due_items").handler({"schedule": "daily"}, Context())
    return report


def _finish() -> None:
    """Process all streams and queues, also the changes that this causes."""
    for _ in range(4):
        follow("erasure", "name_sync", "bids", "search")


def _record() -> dict[str, Any]:
    return next(row for row in stored("users") if row["userId"] == "member-1")


def _has_account(user_id: str) -> bool:
    pool = function_environment()["USER_POOL_ID"]
    return any(
        user["Username"] == subject_of(user_id)
        for user in stand_in.client("cognito-idp").list_users(UserPoolId=pool)["Users"]
    )


def _sign_in(user_id: str, phone: str) -> None:
    """Call the trigger as Cognito does at a person's first sign-in."""
    first_token.sign_in(user_id, ("worker",), phone=phone, name="Zodwa")


def _run_dying_at(position: int, lost: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """One run of the erasure that loses the request or the response of a call; returns whether it completed."""
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
    """The process crashed."""


@pytest.mark.parametrize("edits", [0, 1, 3])
def test_given_an_older_notice_that_counts_later_events_then_titles_in_the_inbox_of_bidders_are_replaced(
    edits: int, clock: Clock
) -> None:
    # given a bidder with a notice about somebody else's job that began before the bid and counts events after it
    arrive()
    others, own = post_job(OTHER, title="Paint the front door"), post_job(MEMBER, title="Build a garden wall")
    place_bid(BROUGHT, others)
    clock.tick(seconds=5)
    assert (
        OTHER.patch(f"/jobs/{others}", {"description": "It is a very tall door, and it is made of oak."}).status == 200
    )
    follow()
    clock.tick(seconds=5)
    place_bid(BROUGHT, own)
    clock.tick(seconds=5)
    assert (
        MEMBER.patch(f"/jobs/{own}", {"description": "It is a very long wall, along the whole garden."}).status == 200
    )
    follow()
    for number in range(edits):
        clock.tick(seconds=5)
        assert (
            OTHER.patch(f"/jobs/{others}", {"description": f"A door with {number + 2} panels, made of oak."}).status
            == 200
        )
        follow()
    # when the member is erased
    assert leave(MEMBER).status == 204
    follow()
    # then the bidder reads their title nowhere, and that of the other job as before
    texts = [one["text"] for one in BROUGHT.get("/notifications", query={"limit": "50"}).body["items"]]
    assert not any("Build a garden wall" in text for text in texts)
    assert any("Removed job" in text for text in texts)
    assert any("Paint the front door" in text for text in texts)
