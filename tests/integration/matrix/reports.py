"""Authorization of reports. `owner` made the report; `accused` posted the reported job, and `selected` is its worker.

`self`, `judged` and `hired` are the same three as admins, who may not resolve reports that involve them.
"""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.records import accept, place_bid, post_job

TABLE = """
                                     none expired forged foreign  id | buyer worker seller admin | owner other accused selected self judged hired
POST /reports (open job)              401   401    401     401   401 |  201    201    201   201  |  409   201   201      -     409  201    -
POST /reports (job in progress)       401   401    401     401   401 |  404    404    404   201  |  404   404   201     201    409  201   201
GET  /reports (open job)              401   401    401     401   401 |  403    403    403   200  |  403   403   403      -     200  200    -
POST /reports/{id}/resolution (open job) 401 401   401     401   401 |  403    403    403   200  |  403   403   403      -     403  403    -
POST /reports/{id}/resolution (job in progress) 401 401 401 401  401 |  403    403    403   200  |  403   403   403     403    403  403   403
POST /reports/{id}/resolution (resolved) 401 401   401     401   401 |  403    403    403   409  |  403   403   403      -     403  403    -
"""


def scene(route: str, case: str) -> Scene:
    """A report of a job, which has a worker in the case `job in progress`."""
    people = {
        "owner": Person("owner", ("seller",)),
        "other": Person("other", ("seller",)),
        "accused": Person("accused", ("buyer",)),
        "selected": Person("selected", ("worker",)),
        "self": Person("owner", ("admin",)),
        "judged": Person("accused", ("admin",)),
        "hired": Person("selected", ("admin",)),
    }
    job = post_job(people["accused"])
    request = {"kind": "job", "id": job, "reason": "There is no such house."}
    report = people["owner"].post("/reports", request)
    assert report.status == 201, report.text
    resolution = {"decision": "upheld", "note": "There is none indeed."}
    path = {"id": report.body["id"]}
    if case == "job in progress":
        accept(people["accused"], place_bid(people["selected"], job))
    if case == "resolved":
        assert Person("admin-1", ("admin",)).post(f"/reports/{path['id']}/resolution", resolution).status == 200
    bodies = {"POST /reports": request, "POST /reports/{id}/resolution": resolution}
    return Scene(path, bodies.get(route), people=people)
