"""The functions of the books use every permission of their roles: payment_records, reconciliation."""

from __future__ import annotations

from contextlib import suppress

import pytest

from khaya.collections import service as collections
from khaya.payouts.model import earning_id
from khaya.payouts.references import reference_of
from khaya.platform.base import clock as khaya_clock
from khaya.provider import model as port
from khaya.provider.errors import ProviderUnavailable
from tests.conftest import Clock
from tests.integration.test_permissions import ask_with_cursors, left_unused, outage
from tests.support.client import Context, Person, app
from tests.support.escrow import EARNED, agreed, check_out, pay
from tests.support.money import key, rewarded
from tests.support.payments import stick
from tests.support.permissions import Record
from tests.support.provider import FakeProvider
from tests.support.records import profile
from tests.support.streams import make_queues
from tests.support.uploads import uploaded

pytestmark = pytest.mark.exhaustive

ADMIN = Person("admin-1", ("admin",))
REASON = "Explained by the office."
WHEN_A_FILE_FAILS = "s3:AbortMultipartUpload"


def everything_of_the_books(buyer: Person, worker: Person, fake: FakeProvider, clock: Clock) -> None:
    """Each thing that the books know: payments, refunds, suspense, chargebacks, settlements, differences."""
    fake.usable_at_once = False
    profile("buyer-1", display_name="Thandi", phone="+27712345678", roles=["buyer"])
    profile("worker-1", display_name="Sipho", phone="+27712345679", roles=["worker"])
    done = agreed(buyer, worker)
    deposit = pay(buyer, fake, done)
    photo = uploaded(worker, "submission")
    assert worker.post(f"/jobs/{done}/submission", {"note": "Done.", "photos": [photo]}).status == 200
    balance = pay(buyer, fake, done, "balance")
    assert buyer.post(f"/jobs/{done}/completion").status == 200
    gone = agreed(buyer, worker)
    returned = pay(buyer, fake, gone)
    assert buyer.post(f"/jobs/{gone}/cancellation", {"reason": "Not needed any more."}).status == 200
    odd = agreed(buyer, worker)
    reference = check_out(buyer, odd, "deposit").body["reference"]
    fake.pay(reference, 5)
    collections.apply(reference, khaya_clock.now())
    clock.tick(hours=2)
    missed = check_out(buyer, odd, "deposit").body["reference"]
    late = agreed(buyer, worker)
    unpaid = check_out(buyer, late, "deposit").body["reference"]
    assert buyer.post(f"/jobs/{late}/cancellation", {"reason": "Not needed any more."}).status == 200
    for one in (missed, unpaid):
        fake.pay(one)
    chargeback = fake.charge_back(deposit)
    for paid in (balance, returned, unpaid):
        fake.decide_chargeback(fake.charge_back(paid), "lost")
    fake.settle()
    fake.balance_cents += 7
    rewarded("worker-1", 100, "a-cause")
    make_queues()
    app("reconciliation").handler({}, Context(900_000))
    clock.tick(days=1)
    attempt = reference_of(earning_id(done), 1)
    fake.payouts[attempt] = port.Payout(attempt, "paid", EARNED, "ZAR", live=False)
    app("reconciliation").handler({}, Context(900_000))
    refund = next(one["id"] for one in buyer.get("/payments/mine").body["items"] if one["kind"] == "refund")
    for path in (f"/payments/{balance}/receipt", f"/payments/{refund}/receipt"):
        assert buyer.get(path).status == 303
    for person in (buyer, worker):
        for path in ("/payments/mine", "/payments/statement.csv", "/earnings/mine", "/earnings/statement.csv"):
            assert person.get(path).status == 200
    assert worker.get(f"/earnings/job-{done}/invoice").status == 303
    for path in ("totals", "differences", "suspense", "chargebacks"):
        assert ADMIN.get(f"/admin/payments/{path}").status == 200
    give_back_by_hand(fake)
    (difference, *_) = ADMIN.get("/admin/payments/differences").body["items"]
    path = f"/admin/payments/differences/{difference['id']}/closing"
    assert ADMIN.post(path, {"reason": REASON}, headers=key()).status == 200
    path = f"/admin/payments/suspense/{reference}/refund"
    once = key()
    assert [ADMIN.post(path, {"reason": REASON}, headers=once).status for _ in range(2)] == [200, 200]
    path = f"/admin/payments/chargebacks/{chargeback}"
    assert ADMIN.get(f"{path}/evidence").status == 303
    answer = ADMIN.post(f"{path}/response", {"decision": "contest", "reason": REASON}, headers=key())
    assert answer.status == 200, answer.text


def give_back_by_hand(fake: FakeProvider) -> None:
    """An admin decides that a stuck refund was given back."""
    buyer, worker = Person("buyer-2", ("buyer",)), Person("worker-2", ("worker",))
    refund = agreed(buyer, worker)
    pay(buyer, fake, refund)
    assert buyer.post(f"/jobs/{refund}/cancellation", {"reason": "Not needed any more."}).status == 200
    stick(refund)
    decision = {"decision": "given_back", "reason": REASON}
    assert ADMIN.post(f"/admin/payments/refunds/{refund}/decision", decision, headers=key()).status == 200


def reconciled_if_the_provider_answers(_: int) -> None:
    """The nightly run; it fails while the provider is down, and the next one repeats it."""
    with suppress(ProviderUnavailable):
        app("reconciliation").handler({}, Context(900_000))


def test_payment_records_and_the_reconciliation_use_every_permission(
    buyer: Person, worker: Person, fake: FakeProvider, clock: Clock, permitted: Record
) -> None:
    everything_of_the_books(buyer, worker, fake, clock)
    outage(fake, reconciled_if_the_provider_answers)
    ask_with_cursors("payment_records")
    unused = {
        (folder, action, resource)
        for folder in ("payment_records", "reconciliation")
        for action, resource in left_unused(permitted, folder)
        if action not in (WHEN_A_FILE_FAILS, "secretsmanager:GetSecretValue") and resource != "ScheduleDeadLetters"
    }
    assert unused == set(), "allowed, but never called"
