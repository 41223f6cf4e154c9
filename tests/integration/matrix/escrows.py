"""Authorization of escrows. `owner` is the buyer of a job, `other` its worker; `self` is the owner as an admin."""

from __future__ import annotations

from khaya.collections import store as collections
from khaya.collections.model import new_collection
from khaya.escrows import dispute_service as disputes
from khaya.escrows import service as escrows
from khaya.escrows.checkouts import Checkout
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from tests.integration.matrix import Scene, made_once
from tests.support.client import Person
from tests.support.escrow import DEPOSIT, agreed
from tests.support.money import REASON, key, known

TABLE = """
                                                          none expired forged foreign  id | buyer worker seller admin | owner other self
POST   /jobs/{jobId}/escrow/checkouts (pending)            401     401    401     401 401 |   404    404    404   404 |   201   403  201
POST   /jobs/{jobId}/escrow/checkouts (paid)               401     401    401     401 401 |   404    404    404   404 |   409   403  409
POST   /jobs/{jobId}/escrow/checkouts (gone)               401     401    401     401 401 |   404    404    404   404 |   404   404  404
GET    /jobs/{jobId}/escrow                                401     401    401     401 401 |   404    404    404   200 |   200   200  200
GET    /jobs/{jobId}/escrow (gone)                         401     401    401     401 401 |   404    404    404   404 |   404   404  404
POST   /jobs/{jobId}/escrow/dispute (started)              401     401    401     401 401 |   404    404    404   404 |   200   200  200
POST   /jobs/{jobId}/escrow/dispute (paid)                 401     401    401     401 401 |   404    404    404   404 |   409   409  409
DELETE /jobs/{jobId}/escrow/dispute (disputed)             401     401    401     401 401 |   404    404    404   404 |   204   403  204
DELETE /jobs/{jobId}/escrow/dispute (started)              401     401    401     401 401 |   404    404    404   404 |   409   409  409
POST   /jobs/{jobId}/escrow/evidence (disputed)            401     401    401     401 401 |   404    404    404   404 |   200   200  200
POST   /jobs/{jobId}/escrow/evidence (started)             401     401    401     401 401 |   404    404    404   404 |   409   409  409
POST   /jobs/{jobId}/escrow/settlement (disputed)          401     401    401     401 401 |   404    404    404   404 |   200   200  200
POST   /jobs/{jobId}/escrow/settlement (started)           401     401    401     401 401 |   404    404    404   404 |   409   409  409
POST   /jobs/{jobId}/escrow/settlement/acceptance (proposed) 401   401    401     401 401 |   404    404    404   404 |   403   200  403
POST   /jobs/{jobId}/escrow/settlement/acceptance (disputed) 401   401    401     401 401 |   404    404    404   404 |   409   409  409
POST   /jobs/{jobId}/escrow/resolution (disputed)          401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST   /jobs/{jobId}/escrow/resolution (started)           401     401    401     401 401 |   403    403    403   409 |   403   403  403
POST   /jobs/{jobId}/escrow/resolution (gone)              401     401    401     401 401 |   403    403    403   404 |   403   403  404
GET    /admin/escrows                                      401     401    401     401 401 |   403    403    403   200 |   403   403  200
POST   /payments/webhook                                   401     401    401     401 401 |   401    401    401   401 |   401   401  401
"""

BODIES = {
    "POST /jobs/{jobId}/escrow/checkouts": {"part": "deposit"},
    "POST /jobs/{jobId}/escrow/dispute": {"reason": REASON},
    "POST /jobs/{jobId}/escrow/evidence": {"text": "See what was left."},
    "POST /jobs/{jobId}/escrow/settlement": {"refundCents": 1_500},
    "POST /jobs/{jobId}/escrow/settlement/acceptance": {"refundCents": 1_500},
    "POST /jobs/{jobId}/escrow/resolution": {
        "workerCents": 28_500,
        "refundCents": 0,
        "platformCents": 3_000,
        "note": REASON,
    },
}

STEPS = ("paid", "started", "disputed", "proposed")


def scene(route: str, case: str) -> Scene:
    """A job with an escrow as far as the case says; without one of `STEPS` its deposit can be paid by an open link."""
    people = {
        "owner": Person("owner", ("buyer",)),
        "other": Person("other", ("worker",)),
        "self": Person("owner", ("admin", "buyer")),
    }
    job_id = made_once(("escrows",), lambda: agreed(people["owner"], people["other"]))
    if case in STEPS:
        for step in STEPS[: STEPS.index(case) + 1]:
            _take(step, job_id)
    else:
        _open_link(job_id)
    known("owner", "stranger-admin")
    path = {"jobId": "gone" if case == "gone" else job_id}
    headers = key("asked") if route.startswith("POST") else {}
    return Scene(path, BODIES.get(route), headers=headers, people=people)


def _take(step: str, job_id: str) -> None:
    """One step in the life of an escrow; its dispute and the proposal are the owner's."""
    unit_of_work, now, deal = UnitOfWork(), clock.now(), escrows.get_deal(job_id)
    match step:
        case "paid":
            escrows.capture(deal, DEPOSIT, source="paid", fee_cents=1_000, now=now, unit_of_work=unit_of_work)
        case "started":
            escrows.start(deal, now=now, unit_of_work=unit_of_work)
        case "disputed":
            disputes.open_dispute(deal, "owner", REASON, now=now, unit_of_work=unit_of_work)
        case "proposed":
            disputes.propose_settlement(deal, "owner", 1_500, now=now, unit_of_work=unit_of_work)
    unit_of_work.commit()


def _open_link(job_id: str) -> None:
    now, deal = clock.now(), escrows.get_deal(job_id)
    made = new_collection(
        job_id=job_id,
        job_title=deal.escrow.job_title,
        buyer_id="owner",
        part="deposit",
        attempt=1,
        amount_cents=DEPOSIT,
        now=now,
    )
    commit_now(
        collections.create(made.opened("https://pay.example/deposit", now)),
        escrows.note_checkout(deal, Checkout(part="deposit", attempt=1, expires_at=made.expires_at), now),
    )
