"""Authorization of the admins' routes. `owner` is whom the decision is about; `self` is the same person as an admin.

`removed` is an admin by their token, who was one until another removed them.
"""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.records import profile
from tests.support.stand_in import pool_with

TABLE = """
                                       none expired forged foreign  id | buyer worker seller admin | owner other self removed
GET   /admin/users                      401   401    401     401   401 |  403    403    403   200  |  403   403   200   403
GET   /admin/users/{userId}             401   401    401     401   401 |  403    403    403   200  |  403   403   200   403
GET   /admin/users/{userId} (nobody)    401   401    401     401   401 |  403    403    403   404  |  403   403   404   403
GET   /admin/queues                     401   401    401     401   401 |  403    403    403   200  |  403   403   200   403
GET   /admin/audit                      401   401    401     401   401 |  403    403    403   200  |  403   403   200   403
GET   /admin/statistics                 401   401    401     401   401 |  403    403    403   200  |  403   403   200   403
PATCH /admin/users/{userId} (suspend)   401   401    401     401   401 |  403    403    403   200  |  403   403   403   403
PATCH /admin/users/{userId} (promote)   401   401    401     401   401 |  403    403    403   200  |  403   403   403   403
PATCH /admin/users/{userId} (nobody)    401   401    401     401   401 |  403    403    403   404  |  403   403   404   403
"""

BODIES = {"promote": {"admin": True, "reason": "Has helped for a year."}}
SUSPENSION = {"status": "suspended", "reason": "Invented jobs."}


def scene(route: str, case: str) -> Scene:
    """A person, and an admin who is one no more."""
    people = {
        "owner": Person("owner", ("buyer",)),
        "other": Person("other", ("buyer",)),
        "self": Person("owner", ("admin",)),
        "removed": Person("removed", ("admin",)),
    }
    profile("owner", roles=["buyer"])
    profile("removed", roles=["admin"])
    pool_with(people["owner"], people["removed"])
    ended = Person("admin-1", ("admin",)).patch("/admin/users/removed", {"admin": False, "reason": "Has left us."})
    assert ended.status == 200, ended.text
    body = None if route.startswith("GET") else BODIES.get(case, SUSPENSION)
    return Scene({"userId": "nobody" if case == "nobody" else "owner"}, body, people=people)
