"""Authorization of jobs. `selected` is the job's worker; `bidder` placed another bid."""

from __future__ import annotations

from tests.integration.matrix import Scene, made_once
from tests.support.client import Person
from tests.support.records import POSTING, accept, backdate_job, place_bid, post_job

TABLE = """
                                           none expired forged foreign  id | buyer worker seller admin | owner other selected bidder
POST  /jobs                                 401   401    401     401   401 |  201    403    403   403  |  201   201    403     403
GET   /jobs                                 200   401    401     401   401 |  200    200    200   200  |  200   200    200     200
GET   /jobs/mine                            401   401    401     401   401 |  200    200    403   403  |  200   200    200     200
GET   /jobs/{jobId} (open)                  200   401    401     401   401 |  200    200    200   200  |  200   200     -      200
GET   /jobs/{jobId} (in progress)           404   401    401     401   401 |  404    404    404   200  |  200   404    200     200
PATCH /jobs/{jobId} (open)                  401   401    401     401   401 |  403    403    403   403  |  200   403     -      403
PATCH /jobs/{jobId} (in progress)           401   401    401     401   401 |  404    403    403   403  |  409   404    403     403
POST  /jobs/{jobId}/start (open)            401   401    401     401   401 |  403    403    403   403  |  403   403     -      403
POST  /jobs/{jobId}/start (in progress)     401   401    401     401   401 |  403    404    403   403  |  403   403    200     403
POST  /jobs/{jobId}/submission (open)       401   401    401     401   401 |  403    403    403   403  |  403   403     -      403
POST  /jobs/{jobId}/submission (in progress) 401  401    401     401   401 |  403    404    403   403  |  403   403    200     403
POST  /jobs/{jobId}/completion (open)       401   401    401     401   401 |  403    403    403   403  |  409   403     -      403
POST  /jobs/{jobId}/completion (in progress) 401  401    401     401   401 |  404    403    403   403  |  200   404    403     403
POST  /jobs/{jobId}/cancellation (open)     401   401    401     401   401 |  403    403    403   403  |  200   403     -      403
POST  /jobs/{jobId}/cancellation (in progress) 401 401   401     401   401 |  404    404    403   403  |  200   404    200     403
POST  /jobs/{jobId}/cancellation (submitted) 401  401    401     401   401 |  404    404    403   403  |  409   404    409     403
POST  /jobs/{jobId}/changes (in progress)   401   401    401     401   401 |  404    403    403   403  |  409   404    403     403
POST  /jobs/{jobId}/changes (submitted)     401   401    401     401   401 |  404    403    403   403  |  200   404    403     403
GET   /admin/jobs (stuck)                   401   401    401     401   401 |  403    403    403   200  |  403   403    403     403
POST  /jobs/{jobId}/closing (open)          401   401    401     401   401 |  403    403    403   409  |  403   403     -      403
POST  /jobs/{jobId}/closing (in progress)   401   401    401     401   401 |  403    403    403   409  |  403   403    403     403
POST  /jobs/{jobId}/closing (stuck)         401   401    401     401   401 |  403    403    403   200  |  403   403    403     403
"""

BODIES = {
    "POST /jobs": POSTING,
    "PATCH /jobs/{jobId}": {"description": "Two kitchen taps drip all night long."},
    "POST /jobs/{jobId}/submission": {"note": "Done."},
    "POST /jobs/{jobId}/cancellation": {"reason": "Plans have changed."},
    "POST /jobs/{jobId}/changes": {"reason": "The tap still drips."},
    "POST /jobs/{jobId}/closing": {"status": "cancelled", "reason": "Neither party answers."},
}


def scene(route: str, case: str) -> Scene:
    """A job of `owner` with two bids; unless the case is `open`, that of `selected` is accepted. `other` has a job too."""
    people = {
        "owner": Person("owner", ("buyer",)),
        "other": Person("other", ("buyer",)),
        "selected": Person("selected", ("worker",)),
        "bidder": Person("bidder", ("worker",)),
    }
    accepted = case != "open"
    job = made_once(("jobs", accepted), lambda: _begun(people, accepted=accepted))
    if case == "stuck":
        backdate_job(job, days=40)
    if case == "submitted":
        assert people["selected"].post(f"/jobs/{job}/submission", {}).status == 200
    return Scene({"jobId": job}, BODIES.get(route), people=people)


def _begun(people: dict[str, Person], *, accepted: bool) -> str:
    """The id of the job of `owner`."""
    job = post_job(people["owner"])
    post_job(people["other"])
    place_bid(people["bidder"], job)
    if accepted:
        accept(people["owner"], place_bid(people["selected"], job))
    return job
