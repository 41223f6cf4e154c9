"""Every route of the matrix, called by somebody suspended, of an ended session, without the role, or erased."""

from __future__ import annotations

import pytest

from tests.integration.matrix import Row, Scene, rows
from tests.support import stand_in
from tests.support.client import Answer, Person, app, function_of
from tests.support.records import known

SUSPENDED_MAY = {
    "GET /profiles/me",
    "DELETE /profiles/me",
    "POST /profiles/me/export",
    "GET /profiles/me/export",
    "POST /auth/sign-up",
    "POST /auth/codes",
    "POST /auth/sign-out",
}
"""The routes that work for a suspended person; sign-up answers everybody alike."""

ERASED_MAY = {"DELETE /profiles/me"}
"""The routes that work for an erased person: the repeated request of the erasure itself."""

COLUMNS = ("buyer", "worker", "seller", "admin", "owner", "other", "self")
LOST = {"buyer", "worker", "seller", "admin"}


def allowed(row: Row) -> str | None:
    """The first caller whom the matrix allows."""
    return next((column for column in COLUMNS if row.expected.get(column, "-").startswith("2")), None)


def access_of(row: Row) -> object:
    method, resource = row.route.split(" ")
    return app(function_of(method, resource)).api.access.get((method, resource))


ROWS = [row for row in rows() if allowed(row) and not row.route.startswith("OPTIONS")]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_route_refuses_callers_by_the_state_of_their_account(row: Row) -> None:
    access = access_of(row)
    if access is None or not hasattr(access, "roles"):
        pytest.skip("the route is no route of the API's pipeline")
    # given a caller whom the matrix allows
    stand_in.empty()
    scene = row.make_scene(row.route, row.case)
    caller = scene.person(allowed(row) or "")
    before = next((item for item in stand_in.stored("users") if item["userId"] == caller.user_id), {})
    # when they call the route in each state of their account
    states: dict[str, tuple[dict[str, object], int | None]] = {
        "suspended": ({"status": "suspended"}, None if row.route in SUSPENDED_MAY else 403),
        "ended": ({"endedSessions": {caller.session}}, 401),
        "role lost": ({"lostRoles": LOST}, 403 if access.roles else None),
        "erased": ({"status": "erased"}, None if row.route in ERASED_MAY else 401),
    }
    got, expected = {}, {}
    for state, (facts, status) in states.items():
        if status is None:
            continue
        set_record(caller, before, facts)
        contents = stand_in.contents()
        got[state], expected[state] = _call(row, scene, caller).status, status
        assert stand_in.contents() == contents, f"{state} was refused, but a table changed"
    # then they are refused
    assert got == expected
    # and nothing else is refused
    if row.route in SUSPENDED_MAY:
        set_record(caller, before, {"status": "suspended"})
        assert _call(row, scene, caller).status < 300


def set_record(caller: Person, before: dict[str, object], facts: dict[str, object]) -> None:
    """Set the caller's record to what it was with these facts."""
    known(caller.user_id or "", **{"status": "active", "endedSessions": None, "lostRoles": None, **before, **facts})


def _call(row: Row, scene: Scene, person: Person) -> Answer:
    method, resource = row.route.split(" ")
    return person.call(method, resource.format_map(_Values(scene.path)), scene.body, headers=scene.headers)


class _Values(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "anything"
