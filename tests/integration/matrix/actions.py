"""Authorization of the list of what is to do. Everybody sees their own."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.records import complete_job, list_materials

TABLE = """
                    none expired forged foreign  id | buyer worker seller admin | owner other
GET /me/actions      401   401    401     401   401 |  200    200    200   200  |  200   200
"""


def scene(route: str, case: str) -> Scene:
    """`owner` has something to do on each side."""
    people = {"owner": Person("owner", ("buyer", "worker", "seller")), "other": Person("other", ("worker",))}
    complete_job(people["owner"], people["other"])
    list_materials(people["owner"])
    return Scene(people=people)
