"""An escrow job through the API: checkouts, work, disputes, and the ledger after each of them."""

from __future__ import annotations

import pytest

from khaya.collections import service as collections
from khaya.escrows import resolution
from khaya.escrows import service as escrows
from khaya.escrows.service import Deal
from khaya.platform.base import clock as khaya_clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.work import parked_records
from tests.conftest import Clock
from tests.support.client import Person
from tests.support.escrow import (
    BALANCE,
    DEPOSIT,
    EARNED,
    TOTAL,
    agreed,
    check_out,
    escrow,
    ledger_balance,
    pay,
    run_timers,
    submit,
)
from tests.support.money import key
from tests.support.provider import FakeProvider
from tests.support.records import post_job
from tests.support.streams import dispatch
from tests.support.uploads import uploaded

ADMIN, OTHER_ADMIN = Person("admin-1", ("admin",)), Person("admin-2", ("admin",))
pytestmark = pytest.mark.usefixtures("parties", "money_agrees")


def test_a_job_is_paid_worked_on_and_released(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker)
    found = escrow(worker, job_id)
    assert (found["status"], found["depositCents"], found["balanceCents"]) == ("pending", DEPOSIT, BALANCE)
    assert buyer.get(f"/jobs/{job_id}").body["escrow"]["dueNowCents"] == DEPOSIT
    assert buyer.get(f"/jobs/{job_id}").body["contact"] is None
    assert worker.post(f"/jobs/{job_id}/start").status == 409

    pay(buyer, fake, job_id, "deposit")
    assert buyer.get(f"/jobs/{job_id}").body["contact"] == {"displayName": "Sipho", "phone": "+27712345679"}
    assert worker.post(f"/jobs/{job_id}/start").status == 200
    submit(worker, job_id)
    assert buyer.post(f"/jobs/{job_id}/completion").status == 409
    assert buyer.post(f"/jobs/{job_id}/changes", {"reason": "It still drips."}).status == 409
    pay(buyer, fake, job_id, "balance")

    done = buyer.post(f"/jobs/{job_id}/completion")
    assert (done.status, done.body["status"], done.body["escrow"]["status"]) == (200, "completed", "released")
    assert ledger_balance(f"payout#job-{job_id}") == EARNED
    assert escrow(worker, job_id)["payoutStatus"] == "pending"
    assert Person("worker-1").get("/profiles/worker-1").body["paidJobs"] == 1


def test_a_small_job_is_paid_in_one(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker, 20_000)
    assert check_out(buyer, job_id, "deposit").status == 409
    pay(buyer, fake, job_id, "all")
    assert escrow(buyer, job_id)["status"] == "held"


@pytest.mark.parametrize("cents", [1_000, 19_999, 5_000_001])
def test_a_bid_outside_the_limits_of_escrow_is_refused(buyer: Person, worker: Person, cents: int) -> None:
    job_id = post_job(buyer, payment="escrow", budgetCents=100_000)
    offer = {"amountCents": cents, "timelineDays": 3, "proposal": "I can come tomorrow morning."}
    refused = worker.post(f"/jobs/{job_id}/bids", offer)
    assert (refused.status, refused.body["code"]) == (409, "escrow_amount")


def test_a_live_checkout_is_given_again(buyer: Person, worker: Person, fake: FakeProvider, clock: Clock) -> None:
    job_id = agreed(buyer, worker)
    first, second = check_out(buyer, job_id, "deposit"), check_out(buyer, job_id, "deposit")
    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert fake.calls.count("collect") == 1
    clock.tick(hours=24)
    assert check_out(buyer, job_id, "deposit").body["reference"] != first.body["reference"]


def test_the_escrow_shows_what_became_of_the_checkout_for_each_part(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    def shown() -> list[tuple[str, str, str]]:
        found = buyer.get(f"/jobs/{job_id}/escrow").body["checkouts"]
        assert [{*one} for one in found] == [{"part", "status", "expiresAt"}] * len(found)
        return [(one["part"], one["status"], one["expiresAt"]) for one in found]

    # given no checkout
    job_id = agreed(buyer, worker)
    assert shown() == []
    # when one is opened, fails and is left until it expires, then its state is shown
    first = check_out(buyer, job_id, "deposit", "first").body
    assert shown() == [("deposit", "waiting", first["expiresAt"])]
    fake.end(first["reference"], "failed")
    collections.apply(first["reference"], khaya_clock.now())
    assert shown() == [("deposit", "failed", first["expiresAt"])]
    second = check_out(buyer, job_id, "deposit", "second").body
    assert shown() == [("deposit", "waiting", second["expiresAt"])]
    clock.tick(hours=24)
    assert shown() == [("deposit", "expired", second["expiresAt"])]
    # when both parts are paid, then both are shown as paid, also to the other party and in the list of admins
    pay(buyer, fake, job_id, "deposit")
    assert [one[:2] for one in shown()] == [("deposit", "paid")]
    submit(worker, job_id)
    pay(buyer, fake, job_id, "balance")
    assert [one[:2] for one in shown()] == [("deposit", "paid"), ("balance", "paid")]
    paid = worker.get(f"/jobs/{job_id}/escrow").body["checkouts"]
    (listed,) = ADMIN.get("/admin/escrows", query={"status": "held"}).body["items"]
    assert listed["checkouts"] == paid


def test_a_checkout_needs_a_key_and_the_owner(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker)
    assert buyer.post(f"/jobs/{job_id}/escrow/checkouts", {"part": "deposit"}).status == 400
    assert check_out(worker, job_id, "deposit").status == 403
    assert check_out(Person("stranger"), job_id, "deposit").status == 404
    assert check_out(buyer, job_id, "balance").status == 409
    assert fake.calls == []


@pytest.mark.parametrize("mode", ["down", "lossy"])
def test_a_checkout_without_an_answer_is_made_anew(
    buyer: Person, worker: Person, fake: FakeProvider, mode: str
) -> None:
    job_id = agreed(buyer, worker)
    fake.mode = mode  # type: ignore[assignment]
    for _ in range(7):
        refused = check_out(buyer, job_id, "deposit")
        assert refused.status == 503
        assert "Retry-After" in refused.headers
    fake.mode = "up"
    pay(buyer, fake, job_id, "deposit")
    assert escrow(buyer, job_id)["status"] == "deposit_paid"


def test_a_person_opens_five_checkouts_an_hour(buyer: Person, worker: Person, fake: FakeProvider, clock: Clock) -> None:
    jobs = [agreed(buyer, worker) for _ in range(6)]
    assert [check_out(buyer, job_id, "deposit").status for job_id in jobs] == [201] * 5 + [429]
    clock.tick(hours=1)
    assert check_out(buyer, jobs[5], "deposit").status == 201


def test_five_failed_cards_end_the_checkouts_of_a_job(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    for _ in range(5):
        reference = check_out(buyer, job_id, "deposit").body["reference"]
        fake.end(reference, "failed")
        assert collections.apply(reference, khaya_clock.now()) == "failed"
        clock.tick(hours=1)
    refused = check_out(buyer, job_id, "deposit")
    assert (refused.status, refused.body["code"]) == (409, "too_many_failed_cards")


def test_either_cancels_before_the_start_and_the_buyer_gets_everything_back(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    answer = worker.post(f"/jobs/{job_id}/cancellation", {"reason": "I cannot come."})
    assert (answer.status, answer.body["status"]) == (200, "cancelled")
    found = escrow(buyer, job_id)
    assert (found["status"], found["refundedCents"], found["refundStatus"]) == ("refunded", DEPOSIT, "pending")
    assert ledger_balance(f"refund#{job_id}") == DEPOSIT


def test_who_cancels_two_paid_jobs_in_thirty_days_is_blocked_from_escrow(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    for _ in range(2):
        job_id = agreed(buyer, worker)
        pay(buyer, fake, job_id, "deposit")
        assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Changed my mind."}).status == 200
        clock.tick(days=1)
    posting = {
        "title": "Fix a tap",
        "description": "The kitchen tap drips all night long.",
        "category": "plumbing",
        "budgetCents": 50_000,
        "location": "Durban",
    }
    refused = buyer.post("/jobs", {**posting, "payment": "escrow"})
    assert (refused.status, refused.body["code"]) == (409, "escrow_blocked")
    assert buyer.post("/jobs", posting).status == 201
    clock.tick(days=29)
    assert buyer.post("/jobs", {**posting, "payment": "escrow"}).status == 201


def disputed_job(buyer: Person, worker: Person, fake: FakeProvider) -> str:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    pay(buyer, fake, job_id, "balance")
    assert worker.post(f"/jobs/{job_id}/start").status == 200
    answer = buyer.post(f"/jobs/{job_id}/escrow/dispute", {"reason": "Nobody came to the house."})
    assert (answer.status, answer.body["status"]) == (200, "disputed")
    return job_id


def test_parties_agree_without_an_admin(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = disputed_job(buyer, worker, fake)
    path = f"/jobs/{job_id}/escrow/settlement"
    assert buyer.post(path, {"refundCents": 50_000}, headers=key()).status == 200
    assert buyer.post(f"{path}/acceptance", {"refundCents": 50_000}, headers=key()).status == 403
    assert worker.post(f"{path}/acceptance", {"refundCents": 49_999}, headers=key()).status == 409
    agreed_on = worker.post(f"{path}/acceptance", {"refundCents": 50_000}, headers=key())
    assert (agreed_on.status, agreed_on.body["status"]) == (200, "released")
    assert ledger_balance(f"refund#{job_id}") == 50_000
    assert ledger_balance(f"payout#job-{job_id}") == 49_762


def test_a_decision_above_the_limit_needs_the_same_one_by_another_admin(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id = agreed(buyer, worker, 1_000_000)
    pay(buyer, fake, job_id, "deposit")
    pay(buyer, fake, job_id, "balance")
    assert worker.post(f"/jobs/{job_id}/start").status == 200
    assert worker.post(f"/jobs/{job_id}/escrow/dispute", {"reason": "No access to the house."}).status == 200
    held = escrow(worker, job_id)["heldCents"]
    assert isinstance(held, int)
    path = f"/jobs/{job_id}/escrow/resolution"
    note = {"note": "The buyer did not open the door."}
    everything = {"workerCents": held, "refundCents": 0, "platformCents": 0, **note}
    another = {**everything, "workerCents": held - 1, "platformCents": 1}
    assert ADMIN.post(path, {**everything, "refundCents": 1}, headers=key()).status == 409
    assert Person("buyer-1", ("admin",)).post(path, everything, headers=key()).status == 403
    for _ in range(2):
        assert ADMIN.post(path, everything, headers=key()).body["status"] == "disputed"
    # admins see what waits for a second one, and the parties do not
    waiting = {"by": "admin-1", "workerCents": held, "refundCents": 0, "platformCents": 0, "at": khaya_clock.now()}
    assert escrow(OTHER_ADMIN, job_id)["proposedResolution"] == waiting
    assert escrow(worker, job_id)["proposedResolution"] is None
    assert OTHER_ADMIN.post(path, another, headers=key()).body["status"] == "disputed"
    assert ADMIN.post(path, another, headers=key()).body["status"] == "released"
    assert ledger_balance(f"payout#job-{job_id}") == held - 1


def test_both_parties_read_why_an_admin_decided_and_who_gets_what(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    # given a dispute
    job_id = disputed_job(buyer, worker, fake)
    split = {"workerCents": 40_000, "refundCents": 60_000, "platformCents": 5_000}
    assert escrow(buyer, job_id)["dispute"]["resolution"] is None  # type: ignore[index]
    # when an admin decides
    decided = {**split, "note": "The photos show half a wall."}
    assert ADMIN.post(f"/jobs/{job_id}/escrow/resolution", decided, headers=key()).status == 200
    # then both parties see the parts and the reason, also where they list their jobs
    for person, side in ((buyer, "buyer"), (worker, "worker")):
        dispute = escrow(person, job_id)["dispute"]
        assert dispute["resolution"] == {  # type: ignore[index]
            **split,
            "reason": "The photos show half a wall.",
            "at": khaya_clock.now(),
        }
        (listed,) = person.get("/jobs/mine", query={"as": side}).body["items"]
        assert listed["escrow"]["shares"] == {"decision": "admin", **split}


def test_an_agreement_shares_the_money_without_a_reason_of_an_admin(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id = disputed_job(buyer, worker, fake)
    path = f"/jobs/{job_id}/escrow/settlement"
    assert buyer.post(path, {"refundCents": 50_000}, headers=key()).status == 200
    assert worker.post(f"{path}/acceptance", {"refundCents": 50_000}, headers=key()).status == 200
    dispute = escrow(buyer, job_id)["dispute"]
    resolution = dispute["resolution"]  # type: ignore[index]
    assert (resolution["refundCents"], resolution["reason"]) == (50_000, None)
    # and the worker's earnings say what went back
    (earned,) = worker.get("/earnings/mine").body["items"]
    assert (earned["reason"], earned["refundedCents"]) == ("agreement", 50_000)


def test_the_escrow_tells_what_was_paid_and_released(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = disputed_job(buyer, worker, fake)
    moved = escrow(worker, job_id)["history"]
    assert [(one["kind"], one["amountCents"]) for one in moved] == [("deposit", 31_500), ("balance", 73_500)]  # type: ignore[attr-defined]


def test_evidence_with_photos_is_seen_by_both_and_by_admins(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = disputed_job(buyer, worker, fake)
    photo = uploaded(worker, "evidence")
    body = {"text": "Here is the finished work.", "photos": [photo]}
    assert worker.post(f"/jobs/{job_id}/escrow/evidence", body).status == 200
    for person in (buyer, worker, ADMIN):
        dispute = escrow(person, job_id)["dispute"]
        assert isinstance(dispute, dict)
        assert [(one["by"], one["text"]) for one in dispute["evidence"]] == [("worker", body["text"])]
    assert Person("stranger").post(f"/jobs/{job_id}/escrow/evidence", {"text": "I saw it."}).status == 404
    assert ADMIN.get("/admin/escrows").body["items"][0]["jobId"] == job_id


def test_a_dispute_without_a_decision_is_decided_after_14_days(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = disputed_job(buyer, worker, fake)
    clock.tick(days=7)
    assert run_timers()["applied"] == 1
    clock.tick(days=7)
    assert run_timers()["applied"] == 1
    found = escrow(buyer, job_id)
    assert (found["status"], found["refundedCents"]) == ("refunded", TOTAL)
    assert buyer.get(f"/jobs/{job_id}").body["status"] == "cancelled"


def test_only_whoever_opened_a_dispute_withdraws_it(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = disputed_job(buyer, worker, fake)
    assert worker.delete(f"/jobs/{job_id}/escrow/dispute").status == 403
    for _ in range(2):  # an answer may be lost, so a repeat is no error
        assert buyer.delete(f"/jobs/{job_id}/escrow/dispute").status == 204
        assert escrow(buyer, job_id)["status"] == "held"
    assert worker.delete(f"/jobs/{job_id}/escrow/dispute").status == 409
    assert buyer.post(f"/jobs/{job_id}/escrow/dispute", {"reason": "It still drips."}).status == 200
    assert worker.delete(f"/jobs/{job_id}/escrow/dispute").status == 403


def test_given_a_job_that_was_read_before_a_dispute_when_the_dispute_is_withdrawn_then_it_is_not_left_as_disputed(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    assert worker.post(f"/jobs/{job_id}/start").status == 200
    outdated = escrows.get_deal(job_id).job
    assert buyer.post(f"/jobs/{job_id}/escrow/dispute", {"reason": "Nobody came to the house."}).status == 200
    # a batch read may give the job as it was before the dispute, and the escrow as it is since
    deal, now = Deal(outdated, escrows.get_deal(job_id).escrow), khaya_clock.now()
    unit_of_work = UnitOfWork()
    withdrawn = resolution.dispute_withdrawn(deal.escrow, "buyer", now)
    escrows.change_escrow(deal, withdrawn, now=now, unit_of_work=unit_of_work)
    with pytest.raises(WriteConflict):
        unit_of_work.commit()
    found = escrows.get_deal(job_id)
    assert found.job.escrow is not None
    assert (found.escrow.status, found.job.escrow.status) == ("disputed", "disputed")


def test_an_admin_does_not_close_a_job_whose_escrow_is_open(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    job_id = agreed(buyer, worker)
    pay(buyer, fake, job_id, "deposit")
    clock.tick(days=60)
    closing = {"status": "completed", "reason": "Nothing happened."}
    assert ADMIN.post(f"/jobs/{job_id}/closing", closing).status == 409


def test_a_job_counts_as_paid_once_a_month_for_one_pair(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    for days, counted in ((0, 1), (29, 1), (1, 2), (30, 3), (30, 3)):
        clock.tick(days=days)
        job_id = agreed(buyer, worker, 20_000)
        pay(buyer, fake, job_id, "all")
        submit(worker, job_id)
        assert buyer.post(f"/jobs/{job_id}/completion").status == 200
        profile_now = Person("worker-1").get("/profiles/worker-1").body
        assert profile_now["paidJobs"] == counted


def test_no_change_of_a_released_job_is_parked(buyer: Person, worker: Person, fake: FakeProvider) -> None:
    job_id = agreed(buyer, worker, 20_000)
    pay(buyer, fake, job_id, "all")
    submit(worker, job_id)
    assert buyer.post(f"/jobs/{job_id}/completion").status == 200
    dispatch()
    assert list(parked_records.names()) == []
