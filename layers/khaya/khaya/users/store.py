"""The Users table: one private record a person, keyed by `userId`."""

from __future__ import annotations

from khaya import dynamo, writes
from khaya.attributes import Item
from khaya.errors import Raced
from khaya.roles import Role
from khaya.settings import settings
from khaya.users.model import User


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """Where the record stands, for a read together with others."""
    return settings().users_table, {"userId": user_id}


def read(item: Item | None, user_id: str) -> User:
    """The record in `item`; an empty one for a person that none was made for yet."""
    return User.model_validate(item or {"userId": user_id})


def get(user_id: str) -> User:
    """The person's record."""
    return read(dynamo.get(*key(user_id)), user_id)


def create(user: User) -> writes.Write:
    """Make the record, unless it exists. The gate may have begun one; contact and standing are then added to it."""
    contact = {name: value for name, value in {"phone": user.phone, "email": user.email}.items() if value}
    parts = ["#createdAt = :createdAt", *(f"#{name} = :{name}" for name in contact)]
    return writes.update(
        *key(user.user_id),
        "SET " + ", ".join(parts),
        condition="attribute_not_exists(#createdAt)",
        refusal=lambda _: Raced(),
        values={"createdAt": user.created_at, **contact},
    )


def set_lost_roles(user_id: str, lost: set[Role]) -> writes.Write:
    """Record which roles were taken since tokens naming them may have been issued; the gate refuses those at once."""
    expression = "SET #lostRoles = :lost" if lost else "REMOVE #lostRoles"
    values = {"lost": lost} if lost else {}
    return writes.update(*key(user_id), expression, condition=None, refusal=lambda _: Raced(), values=values)
