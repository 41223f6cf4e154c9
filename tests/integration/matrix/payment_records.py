"""Authorization of payment records. `owner` is the buyer of a paid job, `other` its worker; `self` is the owner as an admin."""

from __future__ import annotations

from khaya.chargebacks import store as chargebacks
from khaya.chargebacks.model import Chargeback
from khaya.collections import store as collections
from khaya.collections.model import new_collection
from khaya.payouts import store as payouts
from khaya.payouts.model import earning_id, new_earning
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.reconciliation import store as differences
from khaya.reconciliation.model import Finding, difference_of
from khaya.refunds import store as refunds
from khaya.refunds.model import new_refund
from khaya.suspense import store as suspense
from khaya.suspense.model import Suspense
from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.escrow import DEPOSIT, EARNED, agreed
from tests.support.money import REASON, key, known

TABLE = """
                                                                  none expired forged foreign  id | buyer worker seller admin | owner other self
GET /payments/mine                                                 401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /payments/statement.csv                                        401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /payments/{paymentId}/receipt                                  401     401    401     401 401 |   404    404    404   404 |   303   404  303
GET /payments/{paymentId}/receipt (gone)                           401     401    401     401 401 |   404    404    404   404 |   404   404  404
GET /earnings/mine                                                 401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /earnings/statement.csv                                        401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /earnings/{earningId}/invoice                                  401     401    401     401 401 |   404    404    404   404 |   404   303    -
GET /earnings/{earningId}/invoice (gone)                           401     401    401     401 401 |   404    404    404   404 |   404   404  404
GET /admin/payments/totals                                         401     401    401     401 401 |   403    403    403   200 |   403   403  200
GET /admin/payments/differences                                    401     401    401     401 401 |   403    403    403   200 |   403   403  200
POST /admin/payments/differences/{differenceId}/closing            401     401    401     401 401 |   403    403    403   200 |   403   403  200
POST /admin/payments/differences/{differenceId}/closing (gone)     401     401    401     401 401 |   403    403    403   404 |   403   403  404
GET /admin/payments/suspense                                       401     401    401     401 401 |   403    403    403   200 |   403   403  200
POST /admin/payments/suspense/{reference}/refund                   401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /admin/payments/suspense/{reference}/refund (gone)            401     401    401     401 401 |   403    403    403   404 |   403   403  404
GET /admin/payments/refunds                                        401     401    401     401 401 |   403    403    403   200 |   403   403  200
POST /admin/payments/refunds/{refundId}/decision                   401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /admin/payments/refunds/{refundId}/decision (gone)            401     401    401     401 401 |   403    403    403   404 |   403   403  404
GET /admin/payments/chargebacks                                    401     401    401     401 401 |   403    403    403   200 |   403   403  200
GET /admin/payments/chargebacks/{chargebackId}/evidence            401     401    401     401 401 |   403    403    403   303 |   403   403  303
GET /admin/payments/chargebacks/{chargebackId}/evidence (gone)     401     401    401     401 401 |   403    403    403   404 |   403   403  404
POST /admin/payments/chargebacks/{chargebackId}/response           401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /admin/payments/chargebacks/{chargebackId}/response (gone)    401     401    401     401 401 |   403    403    403   404 |   403   403  404
"""

BODIES = {
    "POST /admin/payments/differences/{differenceId}/closing": {"reason": REASON},
    "POST /admin/payments/suspense/{reference}/refund": {"reason": REASON},
    "POST /admin/payments/refunds/{refundId}/decision": {"decision": "again", "reason": REASON},
    "POST /admin/payments/chargebacks/{chargebackId}/response": {"decision": "contest", "reason": REASON},
}


def scene(route: str, case: str) -> Scene:
    """A payment of the owner's, its chargeback, the worker's earning, money of the owner's in suspense, a difference."""
    people = {
        "owner": Person("owner", ("buyer",)),
        "other": Person("other", ("worker",)),
        "self": Person("owner", ("admin",)),
    }
    ids = records(people["owner"], people["other"])
    known("owner", "stranger-admin")
    path = {name: "gone" if case == "gone" else value for name, value in ids.items()}
    return Scene(path, BODIES.get(route), headers=key("asked"), people=people)


def records(buyer: Person, worker: Person) -> dict[str, str]:
    """Store the records of a paid job; returns their ids by the routes' parameters."""
    now, job_id = clock.now(), agreed(buyer, worker)
    opened = new_collection(
        job_id=job_id,
        job_title="Fix a tap",
        buyer_id=buyer.user_id or "",
        part="deposit",
        attempt=1,
        amount_cents=DEPOSIT,
        now=now,
    )
    paid = opened.paid(DEPOSIT, fee_cents=1_000, card_hashes=("hash of a card",), paid_at=now, now=now)
    earned = new_earning(
        job_id=job_id,
        job_title="Fix a tap",
        worker_id=worker.user_id or "",
        amount_cents=EARNED,
        fee_cents=5_000,
        now=now,
    )
    chargeback = Chargeback(
        id="chargeback-1",
        collection_id=paid.id,
        job_id=job_id,
        buyer_id=buyer.user_id,
        worker_id=worker.user_id,
        amount_cents=DEPOSIT,
        created_at=now,
        updated_at=now,
    )
    kept = Suspense(
        id="unknown-1", reason="unknown", amount_cents=5, buyer_id=buyer.user_id, created_at=now, updated_at=now
    )
    refund = new_refund(
        job_id=job_id, job_title="Fix a tap", buyer_id=buyer.user_id or "", amount_cents=DEPOSIT, now=now
    ).stuck("refused", now)
    difference = difference_of(Finding("collection", paid.id, "not_at_provider", DEPOSIT), now)
    commit_now(
        collections.create(paid),
        payouts.create(earned),
        chargebacks.create(chargeback),
        suspense.create(kept),
        differences.create(difference),
        refunds.create(refund),
    )
    return {
        "paymentId": paid.id,
        "earningId": earning_id(job_id),
        "chargebackId": chargeback.id,
        "reference": kept.id,
        "differenceId": difference.id,
        "refundId": refund.id,
    }
