"""Authorization of the platform's own routes. A page that is asked for before every request reads no token."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.records import post_job, profile

TABLE = """
                       none expired forged foreign  id | buyer worker seller admin | owner other
GET     /health         200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /openapi.json   200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /docs           200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /config         200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /places         200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /s/{kind}/{id} (job) 200 401 401   401   401 |  200    200    200   200  |  200   200
GET     /s/{kind}/{id} (invite) 200 401 401 401  401 |  200    200    200   200  |  200   200
OPTIONS /{proxy+}       204   204    204     204   204 |  204    204    204   204  |  204   204
"""


def scene(route: str, case: str) -> Scene:
    """A job and a referral code of `owner`."""
    del route
    people = {"owner": Person("owner", ("buyer",)), "other": Person("other", ("buyer",))}
    path = {}
    if case == "job":
        path = {"kind": "jobs", "id": post_job(people["owner"])}
    if case == "invite":
        profile("owner", roles=["buyer"])
        path = {"kind": "invite", "id": people["owner"].get("/referrals/code").body["code"]}
    return Scene(path, people=people)
