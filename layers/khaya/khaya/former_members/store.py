"""Former members: keyed hashes of the phones and e-mails of erased people, by which returning people are recognised.

They are stored in the Users table under `former#<hash>`.
"""

from __future__ import annotations

from khaya.platform.aws import secrets
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.users.model import User


def store_hashes(user: User, now: str) -> list[writes.Write]:
    """Store the hashes of a person's phone and e-mail, made with the current service key."""
    return [
        writes.put(
            settings().users_table,
            {"userId": f"former#{secrets.keyed_hash('former', kind, contact)}", "formerSince": now},
            condition=None,
            refusal=lambda _: WriteConflict(),
        )
        for kind, contact in _contacts(user)
    ]


def is_returning(user: User) -> bool:
    """Whether an account with the same phone or e-mail was erased before."""
    keys = [
        (settings().users_table, {"userId": f"former#{made}"})
        for kind, contact in _contacts(user)
        for made in secrets.every_keyed_hash("former", kind, contact)
    ]
    return bool(keys) and any(dynamo.get_many(keys))


def _contacts(user: User) -> list[tuple[str, str]]:
    contacts = {"phone": user.phone, "email": user.email}
    return [(kind, contact) for kind, contact in contacts.items() if contact]
