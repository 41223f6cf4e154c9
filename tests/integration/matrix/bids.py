"""Authorization of bids. `owner` posted the job and `other` another; `bidder` placed the bid, `rival` another on the same job."""

from __future__ import annotations

from tests.integration.matrix import Scene, made_once
from tests.support.client import Person
from tests.support.records import OFFER, accept, place_bid, post_job

TABLE = """
                                      none expired forged foreign  id | buyer worker seller admin | owner other bidder rival
POST /jobs/{jobId}/bids (open)         401   401    401     401   401 |  403    201    403   403  |  403   403   409    409
POST /jobs/{jobId}/bids (in progress)  401   401    401     401   401 |  403    409    403   403  |  403   403   409    409
GET  /jobs/{jobId}/bids (open)         401   401    401     401   401 |  403    200    403   403  |  200   403   200    200
GET  /jobs/{jobId}/bids (in progress)  401   401    401     401   401 |  404    404    403   403  |  200   404   200    200
GET  /bids/mine                        401   401    401     401   401 |  403    200    403   403  |  403   403   200    200
GET  /bids/{bidId}                     401   401    401     401   401 |  404    404    403   403  |  200   404   200    404
POST /bids/{bidId}/acceptance          401   401    401     401   401 |  404    403    403   403  |  200   404   403    403
POST /bids/{bidId}/rejection           401   401    401     401   401 |  404    403    403   403  |  200   404   403    403
POST /bids/{bidId}/withdrawal          401   401    401     401   401 |  403    404    403   403  |  403   403   200    404
"""


def scene(route: str, case: str) -> Scene:
    """A job with two bids, one of them accepted in the case `in progress`."""
    people = {
        "owner": Person("owner", ("buyer",)),
        "other": Person("other", ("buyer",)),
        "bidder": Person("bidder", ("worker",)),
        "rival": Person("rival", ("worker",)),
    }
    job, bid = made_once(("bids",), lambda: _begun(people))
    if case == "in progress":
        accept(people["owner"], bid)
    body = OFFER if route == "POST /jobs/{jobId}/bids" else None
    return Scene({"jobId": job, "bidId": bid}, body, people=people)


def _begun(people: dict[str, Person]) -> tuple[str, str]:
    """The ids of the job of `owner` and of the bid of `bidder`."""
    job = post_job(people["owner"])
    post_job(people["other"])
    bid = place_bid(people["bidder"], job)
    place_bid(people["rival"], job)
    return job, bid
