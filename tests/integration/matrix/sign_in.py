"""Authorization of sign-in and sessions. `away` is the owner in another session."""

from __future__ import annotations

from khaya.platform.base import clock
from khaya.platform.data import dynamo
from khaya.sessions import model, revocation, store
from tests.integration.matrix import Scene
from tests.support import sign_in
from tests.support.client import Person
from tests.support.stand_in import pool_with

TABLE = """
                                         none expired forged foreign  id | buyer worker seller admin | owner other away
POST   /auth/sign-up                      200    401     401    401  401 |  200    200    200   200  |  200   200  200
POST   /auth/codes                        200    401     401    401  401 |  200    200    200   200  |  200   200  200
POST   /auth/tokens (wrong code)          401    401     401    401  401 |  401    401    401   401  |  401   401  401
POST   /auth/step-up (wrong code)         401    401     401    401  401 |  401    401    401   401  |  401   401  401
POST   /auth/sign-out                     401    401     401    401  401 |  204    204    204   204  |  204   204  204
POST   /auth/contacts                     401    401     401    401  401 |  200    200    200   200  |  200   200  200
POST   /auth/contacts/proof (wrong code)  401    401     401    401  401 |  401    401    401   401  |  401   401  401
PUT    /auth/password                     401    401     401    401  401 |  200    200    200   200  |  200   200  200
GET    /sessions                          401    401     401    401  401 |  200    200    200   200  |  200   200  200
DELETE /sessions                          401    401     401    401  401 |  204    204    204   204  |  204   204  204
DELETE /sessions/{sessionId}              401    401     401    401  401 |  404    404    404   404  |  204   404  204
"""

UNKNOWN = {"challenge": "A" * 32, "code": "123456"}
PHONE = "+27831234567"

BODIES = {
    "POST /auth/sign-up": {"phone": PHONE, "displayName": "Zanele Nkosi"},
    "POST /auth/codes": {"username": PHONE},
    "POST /auth/tokens": UNKNOWN,
    "POST /auth/step-up": UNKNOWN,
    "POST /auth/contacts": {"phone": PHONE},
    "POST /auth/contacts/proof": UNKNOWN,
    "PUT /auth/password": {"password": "Sunny-days-2026"},
}


def scene(route: str, case: str) -> Scene:
    """A session of `owner`."""
    sign_in.ready()
    people = {
        "owner": Person("owner", ("buyer",)),
        "other": Person("other", ("buyer",)),
        "away": Person("owner", ("buyer",), session="session-2"),
    }
    if route.endswith("password"):
        strangers = [Person(f"stranger-{role}", (role,)) for role in ("buyer", "worker", "seller", "admin")]
        pool_with(people["owner"], people["other"], *strangers)
    _store_session()
    return Scene({"sessionId": "session-1"}, BODIES.get(route), people=people)


def _store_session() -> None:

    now = clock.now()
    sealed = revocation.seal("session-1", "cognito")
    session = model.new_session("session-1", "owner", "a phone", sealed, now)
    dynamo.commit([store.create(session)], "the token of this write")
