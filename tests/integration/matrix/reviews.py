"""Authorization of reviews. `owner` posted the job and wrote the review about `subject`, who did the job.

`bidder` placed another bid; `self` is the owner and `judged` the subject, each as an admin.
"""

from __future__ import annotations

from tests.integration.matrix import Scene, made_once
from tests.support.client import Person
from tests.support.records import accept, complete_job, place_bid, post_job

TABLE = """
                                        none expired forged foreign  id | buyer worker seller admin | owner other subject bidder self judged
POST /jobs/{jobId}/reviews (open)        401   401    401     401   401 |  403    403    403   403  |  409   403    -      403   409   -
POST /jobs/{jobId}/reviews (in progress) 401   401    401     401   401 |  404    404    404   403  |  409   404   409     403   409  409
POST /jobs/{jobId}/reviews (completed)   401   401    401     401   401 |  404    404    404   403  |  201   404   201     403   201  201
POST /jobs/{jobId}/reviews (reviewed)    401   401    401     401   401 |  404    404    404   403  |  409   404   201     403   409  201
GET  /jobs/{jobId}/reviews (reviewed)    200   401    401     401   401 |  200    200    200   200  |  200   200   200     200   200  200
GET  /profiles/{userId}/reviews (reviewed) 200 401    401     401   401 |  200    200    200   200  |  200   200   200     200   200  200
GET  /reviews/{reviewId} (reviewed)      200   401    401     401   401 |  200    200    200   200  |  200   200   200     200   200  200
GET  /reviews/{reviewId} (hidden)        404   401    401     401   401 |  404    404    404   200  |  404   404   404     404   200  200
POST /reviews/{reviewId}/response (reviewed) 401 401  401     401   401 |  403    403    403   403  |  403   403   200     403   403  200
POST /reviews/{reviewId}/response (hidden) 401 401    401     401   401 |  404    404    404   403  |  404   404   404     404   403  200
POST /reviews/{reviewId}/response (answered) 401 401  401     401   401 |  403    403    403   403  |  403   403   409     403   403  409
POST /reviews/{reviewId}/moderation (reviewed) 401 401 401    401   401 |  403    403    403   200  |  403   403   403     403   403  403
POST /reviews/{reviewId}/moderation (hidden) 401 401  401     401   401 |  403    403    403   200  |  403   403   403     403   403  403
"""

BODIES = {
    "POST /jobs/{jobId}/reviews": {"rating": 5},
    "POST /reviews/{reviewId}/response": {"comment": "Thank you."},
    "POST /reviews/{reviewId}/moderation": {"hidden": True, "reason": "Insults."},
}


def scene(route: str, case: str) -> Scene:
    """A job and its review by the owner, in the state of the case."""
    people = {
        "owner": Person("owner", ("buyer",)),
        "other": Person("other", ("buyer",)),
        "subject": Person("subject", ("worker",)),
        "bidder": Person("bidder", ("worker",)),
        "self": Person("owner", ("admin",)),
        "judged": Person("subject", ("admin",)),
    }
    owner, subject = people["owner"], people["subject"]
    job, review = made_once(("reviews", case in ("open", "in progress") and case), lambda: _begun(people, case)), ""
    if case in ("reviewed", "hidden", "answered"):
        review = owner.post(f"/jobs/{job}/reviews", {"rating": 2}).body["id"]
    if case == "hidden":
        hidden = {"hidden": True, "reason": "Insults."}
        assert Person("admin-1", ("admin",)).post(f"/reviews/{review}/moderation", hidden).status == 200
    if case == "answered":
        assert subject.post(f"/reviews/{review}/response", {"comment": "Sorry."}).status == 200
    return Scene({"jobId": job, "userId": "subject", "reviewId": review}, BODIES.get(route), people=people)


def _begun(people: dict[str, Person], case: str) -> str:
    """The id of the job of `owner`, which is completed unless the case says otherwise."""
    owner, subject = people["owner"], people["subject"]
    complete_job(people["other"], subject)
    job = post_job(owner)
    place_bid(people["bidder"], job)
    if case != "open":
        accept(owner, place_bid(subject, job))
    if case not in ("open", "in progress"):
        assert owner.post(f"/jobs/{job}/completion").status == 200
    return job
