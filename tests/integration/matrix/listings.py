"""Authorization of listings. `owner` and `other` are unverified sellers with one listing each."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.records import OFFERING, list_materials, version_of

TABLE = """
                                               none expired forged foreign  id | buyer worker seller admin | owner other
POST   /listings                                401   401    401     401   401 |  403    403    201   403  |  201   201
GET    /listings                                200   401    401     401   401 |  200    200    200   200  |  200   200
GET    /listings/mine                           401   401    401     401   401 |  403    403    200   403  |  200   200
GET    /listings/pending                        401   401    401     401   401 |  403    403    403   200  |  403   403
GET    /listings/{listingId} (active)           200   401    401     401   401 |  200    200    200   200  |  200   200
GET    /listings/{listingId} (pending)          404   401    401     401   401 |  404    404    404   200  |  200   404
GET    /listings/{listingId} (rejected)         404   401    401     401   401 |  404    404    404   200  |  200   404
GET    /listings/{listingId} (inactive)         404   401    401     401   401 |  404    404    404   200  |  200   404
PATCH  /listings/{listingId} (active)           401   401    401     401   401 |  403    403    403   403  |  200   403
PATCH  /listings/{listingId} (pending)          401   401    401     401   401 |  403    403    404   403  |  200   404
DELETE /listings/{listingId} (active)           401   401    401     401   401 |  403    403    403   403  |  204   403
DELETE /listings/{listingId} (pending)          401   401    401     401   401 |  404    404    404   403  |  204   404
POST   /listings/{listingId}/stock (active)     401   401    401     401   401 |  403    403    403   403  |  200   403
POST   /listings/{listingId}/stock (pending)    401   401    401     401   401 |  403    403    404   403  |  200   404
POST   /listings/{listingId}/moderation (pending) 401 401    401     401   401 |  403    403    403   200  |  403   403
POST   /listings/{listingId}/moderation (active) 401  401    401     401   401 |  403    403    403   409  |  403   403
"""

BODIES = {
    "POST /listings": OFFERING,
    "PATCH /listings/{listingId}": {"priceCents": 900},
    "POST /listings/{listingId}/stock": {"delta": -1},
    "POST /listings/{listingId}/moderation": {"version": 1, "decision": "approve", "reason": "Looks right."},
}

DECISIONS = {"active": "approve", "rejected": "reject"}


def scene(route: str, case: str) -> Scene:
    """A listing of `owner` with the status of the case, and a pending one of `other`."""
    people = {"owner": Person("owner", ("seller",)), "other": Person("other", ("seller",))}
    listing = list_materials(people["owner"])
    list_materials(people["other"])
    if case in DECISIONS:
        decision = {"decision": DECISIONS[case], "reason": "Seen by an admin.", "version": 1}
        assert Person("moderator", ("admin",)).post(f"/listings/{listing}/moderation", decision).status == 200
    if case == "inactive":
        assert people["owner"].delete(f"/listings/{listing}").status == 204
    body = BODIES.get(route)
    if route.endswith("/moderation"):
        body = {**(body or {}), "version": version_of("listings", listing)}
    return Scene({"listingId": listing}, body, people=people)
