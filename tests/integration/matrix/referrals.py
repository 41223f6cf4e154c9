"""Authorization of referrals. `owner` owns the code that is applied, `other` has applied one before.

The reward that waits is for both; `self` is the owner as an admin.
"""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.money import REASON, code_of, earlier_rewards, key, refer, release, released_job, waiting_rewards

TABLE = """
                                       none expired forged foreign  id | buyer worker seller admin | owner other self
GET /referrals/code                     401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /referrals/mine                     401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /referrals/leaderboard              200     401    401     401 401 |   200    200    200   200 |   200   200  200
POST /referrals/applications            401     401    401     401 401 |   201    201    201   201 |   409   409  409
POST /referrals/applications (unknown)  401     401    401     401 401 |   404    404    404   404 |   404   404  404
GET /referrals/waiting                  401     401    401     401 401 |   403    403    403   200 |   403   403  200
POST /referrals/{rewardId}/decision     401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /referrals/{rewardId}/decision (bonus)  401  401  401     401 401 |   403    403    403   200 |   403   403  403
POST /referrals/{rewardId}/decision (refused)  401  401  401   401 401 |   403    403    403   200 |   403   403  403
POST /referrals/{rewardId}/decision (gone)  401   401    401   401 401 |   403    403    403   404 |   403   403  404
"""


def scene(route: str, case: str) -> Scene:
    """A code of `owner` that `other` has applied, and a reward of both that waits, or a bonus of `owner`."""
    people = {
        "owner": Person("owner", ("worker",)),
        "other": Person("other", ("buyer",)),
        "self": Person("owner", ("admin",)),
    }
    refer("owner", "other")
    if "decision" not in route:
        body = {"code": "UNKNOWN1" if case == "unknown" else code_of(people["owner"])}
        return Scene({}, body if route.startswith("POST") else None, people=people)
    earlier_rewards("owner", 4, this_month=0 if case == "bonus" else 20)
    release(released_job("buyer-1", "other"))
    (reward,) = waiting_rewards()
    return Scene(
        {"rewardId": "gone" if case == "gone" else reward["id"]},
        {"decision": "refuse" if case == "refused" else "pay", "reason": REASON},
        headers=key("asked"),
        people=people,
    )
