"""Admins' decisions about payouts: to send, to hold, to turn into credits; large ones by two admins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.client import Answer, Person
from tests.support.money import REASON, balance, entries, everything, grant, key, payout_account, withdraw
from tests.support.payments import (
    BUYER,
    WORKER,
    account,
    check_money,
    deal,
    earning,
    known_card,
    pay_all,
    payout,
    release,
    send,
)
from tests.support.provider import FakeProvider, fake_provider
from tests.support.records import known
from tests.support.streams import follow

ADMIN, SECOND = Person("admin-1", ("admin",)), Person("admin-2", ("admin",))
EARNER = Person(WORKER, ("worker",), signed_in_at=10**10)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    with fake_provider(monkeypatch) as fake:
        yield fake
    check_money(fake)


def decide(payout_id: str, decision: str, admin: Person = ADMIN, **options: Any) -> Answer:
    body = {"decision": decision, "reason": options.pop("reason", REASON)}
    return admin.post(f"/admin/payouts/{payout_id}/decision", body, headers=key(options.pop("named", None)))


def new_workers_earning(provider: FakeProvider, cents: int = 100_000) -> str:
    """A payout that waits because its worker is new."""
    account()
    known_card()
    job_id = deal(cents)
    pay_all(provider, job_id)
    earned = release(job_id)
    assert send(earned).reason == "new_worker"
    return earned


def withdrawal(cents: int = 10_000) -> str:
    grant(WORKER, cents)
    payout_account(WORKER)
    answer = withdraw(EARNER, cents)
    assert answer.status == 201, answer.text
    found: str = answer.body["id"]
    return found


def waiting() -> list[str]:
    return [one["id"] for one in everything_of({"waiting": "true"})]


def everything_of(query: dict[str, str]) -> list[dict[str, Any]]:
    answer = ADMIN.get("/admin/payouts", query=query)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.body["items"]
    return found


def test_an_admin_sends_what_waits(provider: FakeProvider) -> None:
    earned = new_workers_earning(provider)
    sent = decide(earned, "send")
    assert (sent.status, sent.body["approvedBy"], sent.body["proposal"]) == (200, ["admin-1"], None)
    assert send(earned).status == "sent"


def test_an_admin_holds_a_payout_until_one_sends_it(provider: FakeProvider) -> None:
    account()
    earned = earning(provider)
    held = decide(earned, "hold")
    assert (held.body["reason"], held.body["heldBy"], held.body["waitsForAdmin"]) == ("admin_hold", "admin-1", True)
    assert waiting() == [earned]
    assert send(earned).status == "pending"
    assert decide(earned, "send", SECOND).status == 200
    assert waiting() == []
    assert send(earned).status == "sent"


def test_a_large_payout_is_sent_by_two_admins(provider: FakeProvider) -> None:
    earned = new_workers_earning(provider, 1_000_000)
    first = decide(earned, "send")
    assert (first.status, first.body["proposal"]["by"], first.body["approvedBy"]) == (200, "admin-1", [])
    assert waiting() == [earned]
    assert send(earned).status == "pending"
    assert decide(earned, "send").body["code"] == "own_proposal"
    second = decide(earned, "send", SECOND)
    assert (second.body["proposal"], second.body["approvedBy"]) == (None, ["admin-1", "admin-2"])
    assert send(earned).status == "sent"


@pytest.mark.parametrize(("cents", "needs_two"), [(526_315, False), (526_320, True)])
def test_two_admins_are_needed_above_r5000(provider: FakeProvider, cents: int, needs_two: bool) -> None:
    earned = new_workers_earning(provider, cents)
    assert (payout(earned).amount_cents > 500_000) == needs_two
    assert (decide(earned, "send").body["proposal"] is not None) == needs_two


def test_while_a_hold_is_proposed_nothing_is_sent(provider: FakeProvider) -> None:
    account()
    earned = earning(provider, 1_000_000)
    assert decide(earned, "hold").body["proposal"]["decision"] == "hold"
    assert send(earned).reason == "admin_hold"
    # another admin who wants to send it proposes that instead, and a third one agrees
    assert decide(earned, "send", SECOND).body["proposal"]["by"] == "admin-2"
    assert decide(earned, "send").status == 200
    assert send(earned).status == "sent"


def test_what_exceeds_the_limit_is_sent_by_an_admin(provider: FakeProvider) -> None:
    account()
    first, second = earning(provider, 5_000_000), earning(provider, 400_000)
    assert send(first).status == "sent"
    assert send(second).reason == "limit"
    assert decide(second, "send").status == 200
    assert send(second).status == "sent"


def test_a_failed_payout_goes_on_after_an_admins_decision(provider: FakeProvider, clock: Clock) -> None:
    account()
    earned = earning(provider)
    provider.default_payout = "failed"
    for _ in range(5):
        send(earned)
        clock.tick(days=2)
    assert payout(earned).for_admin
    provider.default_payout = "paid"
    assert decide(earned, "send").status == 200
    assert send(earned).status == "paid"


def test_an_admin_has_a_returned_payout_sent_to_the_same_account(provider: FakeProvider) -> None:
    account()
    earned = earning(provider)
    provider.default_payout = "paid"
    send(earned)
    provider.decide_payout(payout(earned).reference, "returned")
    assert send(earned, hinted=True).reason == "returned"
    assert decide(earned, "send").status == 200
    assert send(earned).status == "paid"
    assert provider.sent_cents == 95_000


def test_an_admin_turns_a_withdrawal_back_into_credits_once(provider: FakeProvider) -> None:
    taken = withdrawal()
    first = decide(taken, "credit", named="once")
    again = decide(taken, "credit", named="once")
    assert (first.status, first.body["status"], again.body) == (200, "credited", first.body)
    assert decide(taken, "credit").body["code"] == "payout_status"
    assert balance(WORKER)["balanceCents"] == 10_000
    assert [entry["withdrawalStatus"] for entry in entries(WORKER)][:2] == [None, "failed"]
    assert send(taken, hinted=True).status == "credited"
    follow("notices")
    told = [item["kind"] for item in EARNER.get("/notifications").body["items"]]
    assert told.count("withdrawalFailed") == 1
    assert told.count("creditsReceived") == 1  # of the grant


def test_an_earning_does_not_become_credits(provider: FakeProvider) -> None:
    account()
    assert decide(earning(provider), "credit").body["code"] == "not_a_withdrawal"


def test_what_was_sent_is_not_decided_about(provider: FakeProvider) -> None:
    account()
    earned = earning(provider)
    send(earned)
    for decision in ("send", "hold"):
        refused = decide(earned, decision)
        assert (refused.status, refused.body["params"]["status"]) == (409, "sent")


def test_no_admin_decides_about_themselves(provider: FakeProvider) -> None:
    account()
    earned = earning(provider)
    assert decide(earned, "hold", Person(WORKER, ("admin",))).body["code"] == "own_affair"
    assert decide(earned, "send", Person(BUYER, ("admin",))).body["code"] == "own_affair"
    assert decide("nothing", "hold").status == 404


@pytest.mark.parametrize("lost", [{"status": "suspended"}, {"lostRoles": {"admin"}}])
def test_both_admins_must_be_active_admins_at_that_moment(provider: FakeProvider, lost: dict[str, Any]) -> None:
    earned = new_workers_earning(provider, 1_000_000)
    assert decide(earned, "send").status == 200
    known("admin-1", **lost)
    refused = decide(earned, "send", SECOND)
    assert (refused.status, refused.body["code"]) == (403, "proposer_not_an_admin")


@pytest.mark.parametrize(
    "body", [{}, {"decision": "send"}, {"decision": "pay", "reason": REASON}, {"decision": "send", "reason": "ok"}]
)
def test_a_decision_needs_a_kind_and_a_reason(provider: FakeProvider, body: dict[str, str]) -> None:
    assert ADMIN.post("/admin/payouts/x/decision", body, headers=key()).status == 422


def test_a_decision_needs_an_idempotency_key() -> None:
    assert ADMIN.post("/admin/payouts/x/decision", {"decision": "send", "reason": REASON}).status == 400


def test_payouts_are_listed_by_status(provider: FakeProvider) -> None:
    account()
    first, second = earning(provider), earning(provider)
    send(first)
    assert [one["id"] for one in everything_of({})] == [second]
    assert [one["id"] for one in everything_of({"status": "sent"})] == [first]
    assert everything_of({"status": "paid"}) == []
    assert everything(ADMIN, "/admin/payouts", limit=1) == everything_of({"status": "pending"})
    assert ADMIN.get("/admin/payouts", query={"status": "lost"}).status == 422


def test_a_withdrawal_that_came_back_is_pending_again_and_paid_once(provider: FakeProvider, clock: Clock) -> None:
    taken = withdrawal()
    provider.default_payout = "paid"
    assert send(taken).status == "paid"
    assert balance(WORKER)["pendingWithdrawalCents"] == 0
    provider.decide_payout(payout(taken).reference, "returned")
    send(taken, hinted=True)
    assert balance(WORKER)["pendingWithdrawalCents"] == 10_000
    assert entries(WORKER)[0]["withdrawalStatus"] == "pending"
    check_money()
    payout_account(WORKER, recipient="another", version=2)
    clock.tick(days=1)
    assert send(taken).status == "paid"
    assert entries(WORKER)[0]["withdrawalStatus"] == "paid"
    assert provider.sent_cents == 10_000
