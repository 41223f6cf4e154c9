"""Who may call what: profiles. `self` is an admin who acts on their own profile."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.house import Person
from tests.support.records import profile
from tests.support.stand_in import pool_with

TABLE = """
                                      none expired forged foreign  id | buyer worker seller admin | owner other self
GET   /profiles                        200   401    401     401   401 |  200    200    200   200  |  200   200   200
GET   /profiles/me                     401   401    401     401   401 |  200    200    200   200  |  200   200   200
PUT   /profiles/me                     401   401    401     401   401 |  200    200    200   200  |  200   200   200
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
    return Scene({"userId": "owner"}, BODIES.get(route), people=people)
