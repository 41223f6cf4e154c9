"""Payments that are late, repeated, mixed up or wrong, and webhooks that are not the provider's."""

from __future__ import annotations

import pytest

from khaya import provider
from khaya.collections import service as collections
from khaya.platform.base import clock as khaya_clock
from khaya.provider.errors import ProviderUnavailable, WrongSignature
from tests.conftest import Clock
from tests.support.client import VISITOR, Person
from tests.support.escrow import (
    DEPOSIT,
    TOTAL,
    agreed,
    check_out,
    escrow,
    ledger_balance,
    pay,
)
from tests.support.provider import FakeProvider
from tests.support.stand_in import stored
from tests.support.streams import hint

pytestmark = pytest.mark.usefixtures("parties", "money_agrees")


@pytest.mark.parametrize(
    ("cents", "currency", "reason"),
    [(DEPOSIT - 1, "ZAR", "wrong_amount"), (DEPOSIT + 1, "ZAR", "wrong_amount"), (DEPOSIT, "USD", "wrong_currency")],
)
def test_a_payment_that_does_not_match_waits_in_suspense(
    buyer: Person, worker: Person, fake: FakeProvider, cents: int, currency: str, reason: str
) -> None:
    job_id = agreed(buyer, worker)
    reference = check_out(buyer, job_id, "deposit").body["reference"]
    fake.pay(reference, cents, currency=currency)
    for _ in range(2):
        assert collections.apply(reference, khaya_clock.now()) == "returned"
    (waiting,) = (item for item in stored("refunds") if item["id"] == f"suspense#{reference}")
    assert (waiting["reason"], waiting["status"]) == (reason, "waiting")
    assert escrow(buyer, job_id)["status"] == "pending"
    (shown,) = buyer.get("/payments/mine").body["items"]
    assert (shown["amountCents"], shown["currency"], shown["reason"]) == (cents, currency, reason)


def test_a_payment_for_an_unknown_reference_waits_in_suspense(fake: FakeProvider) -> None:
    from khaya.provider import model as port  # noqa: PLC0415

    reference = "01unknown-deposit-1"
    fake.collections[reference] = port.Collection(reference, "waiting", 5_000, "ZAR", live=False)
    fake.pay(reference)
    for _ in range(2):
        assert collections.apply(reference, khaya_clock.now()) == "returned"
    assert [item["reason"] for item in stored("refunds")] == ["unknown"]
    assert collections.apply("nobody-knows-this-one", khaya_clock.now()) is None


@pytest.mark.parametrize("part", ["deposit", "balance"])
def test_given_two_pages_for_one_part_when_both_are_paid_then_the_second_payment_goes_back(
    buyer: Person, worker: Person, fake: FakeProvider, part: str
) -> None:
    job_id = agreed(buyer, worker)
    if part == "balance":
        pay(buyer, fake, job_id, "deposit")
    # given a page whose address was lost, and the next one
    fake.mode = "lossy"
    assert check_out(buyer, job_id, part, "first").status == 503
    fake.mode = "up"
    second = check_out(buyer, job_id, part, "second").body["reference"]
    (first,) = (one for one, found in fake.collections.items() if found.state == "waiting" and one != second)
    # when both are paid
    for reference in (second, first):
        fake.pay(reference)
    answers = [collections.apply(reference, khaya_clock.now()) for reference in (second, first)]
    # then one is the escrow's
    assert answers == ["paid", "returned"]
    (kept,) = stored("refunds")
    assert (kept["id"], kept["reason"], kept["status"]) == (f"suspense#{first}", "paid_twice", "returning")
    expected = ("held", TOTAL) if part == "balance" else ("deposit_paid", DEPOSIT)
    assert (escrow(buyer, job_id)["status"], ledger_balance(f"escrow#{job_id}")) == expected


def test_a_payment_after_the_cancellation_goes_back_by_itself(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    job_id = agreed(buyer, worker)
    reference = check_out(buyer, job_id, "deposit").body["reference"]
    assert buyer.post(f"/jobs/{job_id}/cancellation", {"reason": "Changed my mind."}).status == 200
    fake.pay(reference)
    assert collections.apply(reference, khaya_clock.now()) == "returned"
    (late,) = stored("refunds")
    assert (late["reason"], late["status"]) == ("late", "returning")


def test_given_a_payment_under_another_escrows_reference_then_that_escrow_is_paid_and_not_this_one(
    buyer: Person, worker: Person, fake: FakeProvider
) -> None:
    first, second = agreed(buyer, worker), agreed(buyer, worker)
    check_out(buyer, first, "deposit")
    reference = check_out(buyer, second, "deposit").body["reference"]
    fake.pay(reference)
    # a hint names the first job, but what counts is whose reference the provider has
    hint("collections", {"reference": reference, "jobId": first})
    assert (escrow(buyer, first)["status"], escrow(buyer, second)["status"]) == ("pending", "deposit_paid")
    assert (ledger_balance(f"escrow#{first}"), ledger_balance(f"escrow#{second}")) == (0, DEPOSIT)


def test_given_webhooks_of_both_payments_in_any_order_and_often_then_each_is_booked_once(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock
) -> None:
    for order in ((0, 1, 0, 1), (1, 0, 1, 0), (1, 1, 0, 0)):
        clock.tick(hours=1)
        job_id = agreed(buyer, worker)
        references = [check_out(buyer, job_id, "deposit").body["reference"]]
        fake.pay(references[0])
        collections.apply(references[0], khaya_clock.now())
        references.append(check_out(buyer, job_id, "balance").body["reference"])
        fake.pay(references[1])
        for one in order:
            hint("collections", {"reference": references[one]}, cause=f"{job_id} {one}")
        assert (escrow(buyer, job_id)["status"], ledger_balance(f"escrow#{job_id}")) == ("held", TOTAL)


@pytest.mark.parametrize("headers", [{}, {"x-paystack-signature": "0" * 128}, {"X-Paystack-Signature": "é"}])
def test_a_webhook_without_our_signature_is_refused(monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    def events_of(*_: object) -> None:
        raise WrongSignature

    made = FakeProvider()
    monkeypatch.setattr(made, "events_of", events_of)
    monkeypatch.setattr(provider, "payment_provider", lambda: made)
    for body in ({"event": "charge.success"}, {"a": {"b": [1] * 2000}}):
        assert VISITOR.post("/payments/webhook", body, headers=headers).status == 401


def test_a_webhook_whose_signature_cannot_be_checked_is_to_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = FakeProvider()
    monkeypatch.setattr(made, "events_of", _no_key)
    monkeypatch.setattr(provider, "payment_provider", lambda: made)
    refused = VISITOR.post("/payments/webhook", {"event": "charge.success"})
    assert (refused.status, refused.headers["Retry-After"]) == (503, "60")


def _no_key(*_: object) -> None:
    raise ProviderUnavailable("no credentials")
