"""Authorization of referrals. `owner` owns the code that is applied, `other` has applied one before."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.money import code_of, refer

TABLE = """
                                       none expired forged foreign  id | buyer worker seller admin | owner other
GET /referrals/code                     401     401    401     401 401 |   200    200    200   200 |   200   200
GET /referrals/mine                     401     401    401     401 401 |   200    200    200   200 |   200   200
GET /referrals/leaderboard              200     401    401     401 401 |   200    200    200   200 |   200   200
POST /referrals/applications            401     401    401     401 401 |   201    201    201   201 |   409   409
POST /referrals/applications (unknown)  401     401    401     401 401 |   404    404    404   404 |   404   404
"""


def scene(route: str, case: str) -> Scene:
    """A code of `owner` that `other` has applied."""
    people = {"owner": Person("owner", ("worker",)), "other": Person("other", ("buyer",))}
    refer("owner", "other")
    body = {"code": "UNKNOWN1" if case == "unknown" else code_of(people["owner"])}
    return Scene({}, body if route.startswith("POST") else None, people=people)
