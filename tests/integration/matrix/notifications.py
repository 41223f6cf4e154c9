"""Authorization of notifications, settings and devices. `owner` has one of each; `self` is the owner as an admin."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.inbox import add_notification, device

TABLE = """
                                        none expired forged foreign  id | buyer worker seller admin | owner other self
GET /notifications                       401     401    401     401 401 |   200    200    200   200 |   200   200  200
POST /notifications/{id}/read            401     401    401     401 401 |   404    404    404   404 |   200   404  200
POST /notifications/{id}/read (gone)     401     401    401     401 401 |   404    404    404   404 |   404   404  404
POST /notifications/{id}/read (beside)   401     401    401     401 401 |   404    404    404   404 |   404   404  404
POST /notifications/read                 401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /notifications/preferences           401     401    401     401 401 |   200    200    200   200 |   200   200  200
PUT /notifications/preferences           401     401    401     401 401 |   200    200    200   200 |   200   200  200
PUT /devices/{deviceId} (new)            401     401    401     401 401 |   200    200    200   200 |   200   200  200
PUT /devices/{deviceId} (known)          401     401    401     401 401 |   200    200    200   200 |   200   200  200
PUT /devices/{deviceId} (full)           401     401    401     401 401 |   200    200    200   200 |   409   200  409
DELETE /devices/{deviceId} (new)         401     401    401     401 401 |   404    404    404   404 |   404   404  404
DELETE /devices/{deviceId} (known)       401     401    401     401 401 |   404    404    404   404 |   204   404  204
"""

BODIES = {
    "PUT /notifications/preferences": {"language": "zu", "channels": {"bidReceived": ["sms"]}},
    "PUT /devices/{deviceId}": device("phone"),
}


def scene(route: str, case: str) -> Scene:
    """A notification and a device of `owner` and of `other`. The push token belongs to `owner`'s device."""
    people = {
        "owner": Person("owner", ("worker",)),
        "other": Person("other", ("worker",)),
        "self": Person("owner", ("admin",)),
    }
    added = add_notification("owner")
    add_notification("other")
    devices = [device("phone"), *(device(f"more-{number}") for number in range(4 if case == "full" else 0))]
    for number, wanted in enumerate(devices):
        assert people["owner"].put(f"/devices/phone-{number}", wanted).status == 200
    assert people["other"].put("/devices/tablet", device("tablet")).status == 200
    ids = {"gone": "01KAK2M8Q0X3V4N5B6C7D8E9F9", "beside": "recipient#owner"}
    body = device("brand-new") if case == "full" else BODIES.get(route)
    path = {"id": ids.get(case, added), "deviceId": "phone-0" if case == "known" else "another"}
    return Scene(path, body, people=people)
