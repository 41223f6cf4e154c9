"""Authorization of stories. `owner` wrote the story, `other` another one; `self` is its author as an admin."""

from __future__ import annotations

from tests.integration.matrix import Scene
from tests.support.client import Person
from tests.support.records import version_of
from tests.support.stories import STORY, approve_story, approved_story, reject_story, submit_story

TABLE = """
                                          none expired forged foreign  id | buyer worker seller admin | owner other self
POST /stories                              401     401    401     401 401 |   201    201    201   201 |   201   201  201
GET /stories                               200     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /stories/featured                      200     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /stories/mine                          401     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /stories/pending                       401     401    401     401 401 |   403    403    403   200 |   403   403  200
GET /stories/{storyId} (new)               404     401    401     401 401 |   404    404    404   200 |   200   404  200
GET /stories/{storyId} (live)              200     401    401     401 401 |   200    200    200   200 |   200   200  200
GET /stories/{storyId} (down)              404     401    401     401 401 |   404    404    404   200 |   200   404  200
GET /stories/{storyId} (gone)              404     401    401     401 401 |   404    404    404   404 |   404   404  404
DELETE /stories/{storyId} (new)            401     401    401     401 401 |   404    404    404   403 |   204   404  204
DELETE /stories/{storyId} (live)           401     401    401     401 401 |   403    403    403   403 |   204   403  204
DELETE /stories/{storyId} (down)           401     401    401     401 401 |   404    404    404   403 |   204   404  204
DELETE /stories/{storyId} (gone)           401     401    401     401 401 |   404    404    404   404 |   404   404  404
PUT /stories/{storyId}/like (new)          401     401    401     401 401 |   404    404    404   409 |   409   404  409
PUT /stories/{storyId}/like (live)         401     401    401     401 401 |   200    200    200   200 |   200   200  200
PUT /stories/{storyId}/like (down)         401     401    401     401 401 |   404    404    404   409 |   409   404  409
PUT /stories/{storyId}/like (gone)         401     401    401     401 401 |   404    404    404   404 |   404   404  404
DELETE /stories/{storyId}/like (new)       401     401    401     401 401 |   404    404    404   409 |   409   404  409
DELETE /stories/{storyId}/like (live)      401     401    401     401 401 |   200    200    200   200 |   200   200  200
DELETE /stories/{storyId}/like (down)      401     401    401     401 401 |   404    404    404   409 |   409   404  409
DELETE /stories/{storyId}/like (gone)      401     401    401     401 401 |   404    404    404   404 |   404   404  404
POST /stories/{storyId}/moderation (new)   401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /stories/{storyId}/moderation (live)  401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /stories/{storyId}/moderation (down)  401     401    401     401 401 |   403    403    403   200 |   403   403  403
POST /stories/{storyId}/moderation (gone)  401     401    401     401 401 |   403    403    403   404 |   403   403  404
"""

BODIES = {
    "POST /stories": STORY,
    "POST /stories/{storyId}/moderation": {"version": 1, "decision": "approve", "featured": True, "reason": "A good story."},
}


def scene(route: str, case: str) -> Scene:
    """A story of `owner`'s in the state that the case names. `other` has an approved one, which they like."""
    people = {
        "owner": Person("owner", ("worker",)),
        "other": Person("other", ("worker",)),
        "self": Person("owner", ("admin",)),
    }
    story = submit_story(people["owner"])
    assert people["other"].put(f"/stories/{approved_story(people['other'])}/like").status == 200
    if case in ("live", "down", "gone"):
        approve_story(story)
        assert people["other"].put(f"/stories/{story}/like").status == 200
    if case == "down":
        reject_story(story)
    if case == "gone":
        assert people["owner"].delete(f"/stories/{story}").status == 204
    body = BODIES.get(route)
    if route.endswith("/moderation"):
        body = {**(body or {}), "version": version_of("stories", story)}
    return Scene({"storyId": story}, body, people=people)
