"""Authorization of profiles. `self` is an admin who acts on their own profile."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import SIGNED_IN_AT, Person
from tests.support.records import accept, place_bid, post_job, profile
from tests.support.stand_in import pool_with

TABLE = """
                                      none expired forged foreign  id | buyer worker seller admin | owner other self
GET   /profiles                        200   401    401     401   401 |  200    200    200   200  |  200   200   200
GET   /profiles/me                     401   401    401     401   401 |  200    200    200   200  |  200   200   200
PUT   /profiles/me                     401   401    401     401   401 |  200    200    200   200  |  200   200   200
DELETE /profiles/me                    401   401    401     401   401 |  204    204    204   409  |  204   204   409
DELETE /profiles/me (long ago)         401   401    401     401   401 |  204    204    204   409  |  403   204   409
DELETE /profiles/me (at work)          401   401    401     401   401 |  204    204    204   409  |  409   204   409
POST  /profiles/me/export              401   401    401     401   401 |  202    202    202   202  |  202   202   202
GET   /profiles/me/export              401   401    401     401   401 |  200    200    200   200  |  200   200   200
PATCH /profiles/me                     401   401    401     401   401 |  200    200    200   200  |  200   200   200
PUT   /profiles/me/roles               401   401    401     401   401 |  200    200    200   200  |  200   200   200
GET   /profiles/{userId}               200   401    401     401   401 |  200    200    200   200  |  200   200   200
GET   /profiles/{userId}/resume        200   401    401     401   401 |  200    200    200   200  |  200   200   200
PUT   /profiles/{userId}/verification  401   401    401     401   401 |  403    403    403   200  |  403   403   403
"""

BODIES = {
    "PUT /profiles/me": {"displayName": "Somebody"},
    "PATCH /profiles/me": {"bio": "I am somebody."},
    "PUT /profiles/me/roles": {"roles": ["buyer", "worker"]},
    "PUT /profiles/{userId}/verification": {"verified": True},
}


def scene(route: str, case: str) -> Scene:
    """A person with a profile, and an admin whom a route about `self` names."""
    people = {
        "owner": Person("owner", ("worker",)),
        "other": Person("other", ("worker",)),
        "self": Person("owner", ("admin",)),
    }
    profile("owner", roles=["worker"])
    profile("other", roles=["worker"])
    if route == "PUT /profiles/me/roles":
        strangers = [Person(f"stranger-{role}", (role,)) for role in ("buyer", "worker", "seller", "admin")]
        pool_with(people["owner"], people["other"], *strangers)
    if case == "long ago":
        people["owner"] = Person("owner", ("worker",), signed_in_at=SIGNED_IN_AT - 3_600 * 24)
    if case == "at work":
        buyer = Person("buyer", ("buyer",))
        accept(buyer, place_bid(people["owner"], post_job(buyer)))
    return Scene({"userId": "owner"}, BODIES.get(route), people=people)
