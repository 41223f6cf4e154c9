"""Authorization of the platform's own routes. A page that is asked for before every request reads no token."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person

TABLE = """
                       none expired forged foreign  id | buyer worker seller admin | owner other
GET     /health         200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /openapi.json   200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /docs           200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /config         200   401    401     401   401 |  200    200    200   200  |  200   200
GET     /places         200   401    401     401   401 |  200    200    200   200  |  200   200
OPTIONS /{proxy+}       204   204    204     204   204 |  204    204    204   204  |  204   204
"""


def scene(route: str, case: str) -> Scene:
    """Nothing stands here, and nobody owns it."""
    return Scene(people={"owner": Person("owner", ("buyer",)), "other": Person("other", ("buyer",))})
