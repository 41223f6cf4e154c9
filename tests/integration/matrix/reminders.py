"""Authorization of reminders. `owner` and `other` have one each; `party` has a review prompt of the platform."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.records import complete_job
from tests.support.reminders import remind, sent
from tests.support.streams import follow

TABLE = """
                                  none expired forged foreign  id | buyer worker seller admin | owner other party self
POST /reminders                    401     401    401     401 401 |   201    201    201   201 |   201   201   201  201
GET /reminders                     401     401    401     401 401 |   200    200    200   200 |   200   200   200  200
DELETE /reminders/{id} (waiting)   401     401    401     401 401 |   404    404    404   404 |   204   404   404  204
DELETE /reminders/{id} (sent)      401     401    401     401 401 |   404    404    404   404 |   204   404   404  204
DELETE /reminders/{id} (gone)      401     401    401     401 401 |   404    404    404   404 |   404   404   404  404
DELETE /reminders/{id} (prompt)    401     401    401     401 401 |   404    404    404   404 |   404   404   404  404
"""

BODIES = {"POST /reminders": {"text": "Call Sipho", "dueAt": "2026-12-01T08:00:00.000Z"}}


def scene(route: str, case: str) -> Scene:
    """A reminder of `owner`, one of `other`, and for the last case a review prompt of the platform."""
    people = {
        "owner": Person("owner", ("worker",)),
        "other": Person("other", ("worker",)),
        "party": Person("party", ("buyer",)),
        "self": Person("owner", ("admin",)),
    }
    reminder = remind(people["owner"])
    remind(people["other"])
    if case == "sent":
        sent(reminder)
    if case == "prompt":
        job = complete_job(people["party"], people["owner"])
        follow()
        reminder = f"review#{job}#party"
    path = {"id": "01KAK2M8Q0X3V4N5B6C7D8E9F9" if case == "gone" else reminder}
    return Scene(path, BODIES.get(route), people=people)
