"""Authorization of payouts.

`owner` has a payout that waits, and a refund that asks for an account; `self` is the owner as an admin.
"""

from __future__ import annotations

from khaya.payout_accounts import store as accounts
from khaya.payout_accounts.model import Bank, Banks
from khaya.payouts import store
from khaya.payouts.model import new_withdrawal
from khaya.platform.base import clock
from khaya.platform.base.ids import new_id
from khaya.platform.data.unit_of_work import commit_now
from khaya.refunds import store as refunds
from khaya.refunds.model import new_refund
from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.money import REASON, key, payout_account
from tests.support.payments import ACCOUNT, cancelled_deal

TABLE = """
                                                             none expired forged foreign  id | buyer worker seller admin | owner other self
PUT /payouts/account                                          401     401    401     401 401 |   202    202    202   202 |   202   202  202
GET /payouts/account                                          401     401    401     401 401 |   404    404    404   404 |   200   200  200
GET /payouts/banks                                            401     401    401     401 401 |   200    200    200   200 |   200   200  200
PUT /jobs/{jobId}/escrow/refund-account                       401     401    401     401 401 |   403    403    403   403 |   200   403  200
PUT /jobs/{jobId}/escrow/refund-account (gone)                401     401    401     401 401 |   404    404    404   404 |   404   404  404
PUT /jobs/{jobId}/escrow/refund-account (unasked)             401     401    401     401 401 |   403    403    403   403 |   409   403  409
GET /admin/payouts                                            401     401    401     401 401 |   403    403    403   200 |   403   403  200
POST /admin/payouts/{payoutId}/decision                       401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /admin/payouts/{payoutId}/decision (gone)                401     401    401     401 401 |   403    403    403   404 |   403   403  404
"""

BODIES = {
    "PUT /payouts/account": ACCOUNT,
    "PUT /jobs/{jobId}/escrow/refund-account": ACCOUNT,
    "POST /admin/payouts/{payoutId}/decision": {"decision": "hold", "reason": REASON},
}


def scene(route: str, case: str) -> Scene:
    """The banks are known, so that no call needs the provider."""
    now = clock.now()
    people = {
        "owner": Person("owner", ("buyer",)),
        "other": Person("other", ("worker",)),
        "self": Person("owner", ("admin", "buyer")),
    }
    for person in ("owner", "other"):
        payout_account(person)
    job_id = cancelled_deal("owner", "other")
    payout = new_withdrawal(entry_id=new_id(), user_id="owner", amount_cents=10_000, now=now)
    refund = new_refund(job_id=job_id, job_title="Fix a tap", buyer_id="owner", amount_cents=31_500, now=now)
    if case != "unasked":
        refund = refund.model_copy(update={"status": "needs_account"})
    banks = Banks(items=(Bank(code="632005", name="Absa Bank"),), fetched_at=now)
    commit_now(accounts.put_banks(banks), store.create(payout), refunds.create(refund))
    ids = {"jobId": job_id, "payoutId": payout.id}
    path = {name: "gone" if case == "gone" else value for name, value in ids.items()}
    headers = key("asked") if route.startswith("POST") else {}
    return Scene(path, BODIES.get(route), headers=headers, people=people)
