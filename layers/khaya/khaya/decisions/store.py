"""Admins' decisions about people, in the Users table under `<userId>#<id>`, with an index of each person's."""

from __future__ import annotations

from typing import Any

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageRequest, PageResult, page_of
from khaya.users import store as users
from khaya.users.model import AccountStatus, Decision, User


def record(decision: Decision, user: User, *, was: AccountStatus) -> list[writes.Write]:
    """Apply an admin's decision to `user`, given as it will be afterwards, and record the decision.

    The transaction checks that the deciding admin is an active admin. So of two admins who remove each other only one
    succeeds, and as admins cannot decide about themselves, one admin always remains.
    """
    return [
        users.require_active_admin(decision.decided_by),
        _apply(decision, user, was),
        writes.put(
            settings().users_table,
            _item(decision),
            condition="attribute_not_exists(#userId)",
            refusal=lambda _: WriteConflict(),
        ),
    ]


def of_person(user_id: str, page_request: PageRequest) -> PageResult[Decision]:
    """The admins' decisions about a person, newest first."""
    start = page_request.start()
    rows = dynamo.query(
        settings().users_table,
        "byPerson",
        "#about = :about",
        limit=page_request.limit + 1,
        start=start and {"userId": f"{user_id}#{start['id']}", "about": user_id, "id": start["id"]},
        values={"about": user_id},
    )
    return page_of(rows, page_request.limit, lambda row: {"id": row["id"]}).mapped(_read)


def find(user_id: str, decision_id: str) -> Decision | None:
    """An admin's decision about a person, if there is one."""
    item = dynamo.get(*_key(user_id, decision_id))
    return _read(item) if item else None


def reword(before: Decision, after: Decision) -> writes.Write:
    """The write of another reason on a decision about a person."""
    return writes.replace(
        *_key(before.user_id, before.id),
        _item(before),
        _item(after),
        condition="attribute_exists(#userId)",
        refusal=lambda _: WriteConflict(),
    )


def _key(user_id: str, decision_id: str) -> tuple[str, dict[str, str]]:
    return settings().users_table, {"userId": f"{user_id}#{decision_id}"}


def _item(decision: Decision) -> Item:
    """The item of a decision; `about` is its person, whose id the key begins with."""
    return {**item_of(decision), "about": decision.user_id, **_key(decision.user_id, decision.id)[1]}


def _read(item: Item) -> Decision:
    return Decision.model_validate({**item, "userId": item["about"]})


def _apply(decision: Decision, user: User, was: AccountStatus) -> writes.Write:
    """Apply the decision, if the status is still `was`. So each decision is recorded, and counted, once."""
    sets: dict[str, Any] = {}
    rest = ""
    if decision.status == "suspended":
        sets |= {"status": decision.status, "statusReason": decision.reason}
    elif decision.status is not None:
        sets |= {"status": decision.status}
        rest += " REMOVE #statusReason"
    values: dict[str, Any] = dict(sets)
    if decision.admin is not None:
        sets |= {"roles": user.roles}
        rest += f" {'DELETE' if decision.admin else 'ADD'} #lostRoles :admin"
        values |= {"roles": user.roles, "admin": {"admin"}}
    return writes.update(
        *users.key(user.user_id),
        "SET " + ", ".join(f"#{name} = :{name}" for name in sets) + rest,
        condition="#status = :was" + (" OR attribute_not_exists(#status)" if was == "active" else ""),
        refusal=lambda _: WriteConflict(),
        values={**values, "was": was},
    )
