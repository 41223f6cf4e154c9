"""Authorization of enquiries. `owner` is the seller of an active listing, `other` another seller; `asker` enquired."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.records import ENQUIRY, ask, list_materials, profile

TABLE = """
                                              none expired forged foreign  id | buyer worker seller admin | owner other asker
POST /listings/{listingId}/enquiries (active)  401   401    401     401   401 |  201    403    403   403  |  403   403   409
POST /listings/{listingId}/enquiries (inactive) 401  401    401     401   401 |  404    403    403   403  |  403   403   404
GET  /enquiries/mine                           401   401    401     401   401 |  200    200    200   200  |  200   200   200
POST /enquiries/{id}/answer (open)             401   401    401     401   401 |  404    404    404   404  |  200   404   403
POST /enquiries/{id}/answer (closed)           401   401    401     401   401 |  404    404    404   404  |  409   404   403
POST /enquiries/{id}/closing (open)            401   401    401     401   401 |  404    404    404   404  |  200   404   403
POST /enquiries/{id}/closing (closed)          401   401    401     401   401 |  404    404    404   404  |  409   404   403
"""


def scene(route: str, case: str) -> Scene:
    """An enquiry about an active listing, which is closed or whose listing became inactive where the case says so."""
    people = {
        "owner": Person("owner", ("seller",)),
        "other": Person("other", ("seller",)),
        "asker": Person("asker", ("buyer",)),
    }
    profile("owner", roles=["seller"], verified=True)
    listing = list_materials(people["owner"])
    enquiry = ask(people["asker"], listing)
    if case == "closed":
        assert people["owner"].post(f"/enquiries/{enquiry}/closing").status == 200
    if case == "inactive":
        assert people["owner"].delete(f"/listings/{listing}").status == 204
    bodies = {"enquiries": ENQUIRY, "answer": {"text": "Yes, we deliver on Fridays."}}
    return Scene({"listingId": listing, "id": enquiry}, bodies.get(route.rpartition("/")[2]), people=people)
