"""One admin always remains, however many decide about each other at the same moment."""

from __future__ import annotations

from tests.contention.clients import Call, at_once
from tests.support.client import Person
from tests.support.records import profile

ROUNDS = 12
ADMINS = 8


def test_of_admins_who_suspend_each_other_in_a_ring_one_at_least_remains(engine: None) -> None:
    for round_number in range(ROUNDS):
        # given eight admins
        ring = [Person(f"admin-{round_number}-{number}", ("admin",)) for number in range(ADMINS)]
        for admin in ring:
            profile(admin.user_id or "", roles=["admin"])
        # when each suspends the next at the same moment
        body = {"status": "suspended", "reason": "One of us has to go."}
        calls = [
            Call(admin, "PATCH", f"/admin/users/{ring[(number + 1) % ADMINS].user_id}", body)
            for number, admin in enumerate(ring)
        ]
        statuses = at_once(calls)
        # then exactly those whose turn came before their own suspension succeeded, and somebody is still there
        active = [admin for admin in ring if admin.get("/admin/users").status == 200]
        assert set(statuses) <= {200, 403}
        assert active
        assert statuses.count(200) == ADMINS - len(active)
        assert all(status == 200 for admin, status in zip(ring, statuses, strict=True) if admin in active)


def test_of_two_admins_who_remove_each_other_one_remains(engine: None) -> None:
    for round_number in range(ROUNDS):
        pair = [Person(f"admin-{round_number}-{number}", ("admin",)) for number in range(2)]
        for admin in pair:
            profile(admin.user_id or "", roles=["admin"])
        # when both decide at the same moment, in a place where Cognito cannot be told
        body = {"admin": False, "reason": "One of us has to go."}
        statuses = at_once(
            [
                Call(pair[0], "PATCH", f"/admin/users/{pair[1].user_id}", body),
                Call(pair[1], "PATCH", f"/admin/users/{pair[0].user_id}", body),
            ]
        )
        # then one has succeeded as far as this marketplace goes, and is the admin who remains
        assert sorted(statuses) == [403, 503]
        remaining = pair[statuses.index(503)]
        assert remaining.get("/admin/users").status == 200
        assert pair[statuses.index(403)].get("/admin/users").status == 403
