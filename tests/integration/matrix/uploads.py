"""Authorization of uploads. Every signed-in person may upload for themselves."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person

TABLE = """
                none expired forged foreign  id | buyer worker seller admin | owner other
POST /uploads    401   401    401     401   401 |  201    201    201   201  |  201   201
POST /uploads (several) 401 401  401     401   401 |  201    201    201   201  |  201   201
"""


def scene(route: str, case: str) -> Scene:
    """Two people who hold no role."""
    del route
    asked = {"purpose": "profile", "contentType": "image/png", "sizeBytes": 1000}
    return Scene(body={"files": [asked] * 5} if case == "several" else asked, people={"owner": Person("owner"), "other": Person("other")})
