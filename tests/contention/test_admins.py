"""At least one active admin remains after concurrent suspensions and role changes."""

from __future__ import annotations

from tests.contention.clients import Call, at_once
from tests.support.client import Person
from tests.support.records import profile

ROUNDS = 12
ADMINS = 8


def test_given_admins_who_suspend_each_other_then_one_remains(engine: None) -> None:
    for round_number in range(ROUNDS):
        # given eight admins
        ring = [Person(f"admin-{round_number}-{number}", ("admin",)) for number in range(ADMINS)]
        for admin in ring:
            profile(admin.user_id or "", roles=["admin"])
        # when each suspends the next concurrently
        body = {"status": "suspended", "reason": "One of us has to go."}
        calls = [
            Call(admin, "PATCH", f"/admin/users/{ring[(number + 1) % ADMINS].user_id}", body)
            for number, admin in enumerate(ring)
        ]
        statuses = at_once(calls)
        # then those who acted before their own suspension succeeded, and one admin remains
        active = [admin for admin in ring if admin.get("/admin/users").status == 200]
        assert set(statuses) <= {200, 403}
        assert active
        assert statuses.count(200) == ADMINS - len(active)
        assert all(status == 200 for admin, status in zip(ring, statuses, strict=True) if admin in active)


def test_given_two_admins_who_remove_each_other_then_one_remains(engine: None) -> None:
    for round_number in range(ROUNDS):
        pair = [Person(f"admin-{round_number}-{number}", ("admin",)) for number in range(2)]
        for admin in pair:
            profile(admin.user_id or "", roles=["admin"])
        # when both remove each other concurrently, without accounts in Cognito
        body = {"admin": False, "reason": "One of us has to go."}
        statuses = at_once(
            [
                Call(pair[0], "PATCH", f"/admin/users/{pair[1].user_id}", body),
                Call(pair[1], "PATCH", f"/admin/users/{pair[0].user_id}", body),
            ]
        )
        # then one succeeded in our tables, and that admin remains
        assert sorted(statuses) == [200, 403]
        remaining = pair[statuses.index(200)]
        assert remaining.get("/admin/users").status == 200
        assert pair[statuses.index(403)].get("/admin/users").status == 403
