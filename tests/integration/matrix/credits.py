"""Authorization of credits. `owner` and `other` have a balance and a payout account; `self` is the owner as an admin."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.money import REASON, adjust, grant, key, payout_account

TABLE = """
                                                             none expired forged foreign  id | buyer worker seller admin | owner other self
GET /credits/balance                                          401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /credits/transactions                                     401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /credits/statement.csv                                    401     401    401     401 401 |   200    200    200   200 |   200   200  200
POST /credits/withdrawals                                     401     401    401     401 401 |   409    409    409   409 |   201   201  201
POST /credits/adjustments                                     401     401    401     401 401 |   403    403    403   201 |   403   403  403
POST /credits/adjustments (large)                             401     401    401     401 401 |   403    403    403   202 |   403   403  403
GET /credits/adjustments                                      401     401    401     401 401 |   403    403    403   200 |   403   403  200
POST /credits/adjustments/{proposalId}/approval               401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /credits/adjustments/{proposalId}/approval (gone)        401     401    401     401 401 |   403    403    403   404 |   403   403  404
POST /credits/transactions/{transactionId}/reversal           401     401    401     401 401 |   403    403    403   201 |   403   403  403
POST /credits/transactions/{transactionId}/reversal (gone)    401     401    401     401 401 |   403    403    403   404 |   403   403  404
"""

BODIES = {
    "POST /credits/withdrawals": {"amountCents": 10_000},
    "POST /credits/adjustments": {"userId": "owner", "amountCents": 100, "reason": REASON},
    "POST /credits/adjustments/{proposalId}/approval": {"decision": "approve", "reason": REASON},
    "POST /credits/transactions/{transactionId}/reversal": {"reason": REASON},
}


def scene(route: str, case: str) -> Scene:
    """`owner` and `other` have R100 each; the entry in question is the owner's."""
    people = {
        "owner": Person("owner", ("worker",)),
        "other": Person("other", ("worker",)),
        "self": Person("owner", ("admin",)),
    }
    entry = grant("owner", 10_000)
    grant("other", 10_000)
    for person in ("owner", "other"):
        payout_account(person)
    body = BODIES.get(route)
    if body is not None and case == "large":
        body = {**body, "amountCents": 500_001}
    proposal = adjust("owner", 600_000).body["id"]
    ids = {"transactionId": entry, "proposalId": proposal}
    return Scene({name: "gone" if case == "gone" else value for name, value in ids.items()}, body, headers=key("asked"), people=people)
