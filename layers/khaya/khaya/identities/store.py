"""Identity rows in the Users table: `subject#<sub>`, `phone#<number>`, `email#<address>`, `identity#<keyed hash>`.

A row names one person, so a phone, an e-mail or an identity number belongs to one account at most. Unlike keyed
hashes, the first three stay valid when the service key changes, and erasure deletes them. Identity numbers are not
kept, so they have a row for each service key that was valid when they were checked; erasure keeps these rows.

`<userId>#former-<kind>` holds the phone or e-mail before the latest change, which is told of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from khaya.identities.model import ContactKind, Identity, Kind
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.users.model import User

_FREE = "attribute_not_exists(#holder) OR #holder = :holder"


def holder_of(identity: Identity) -> str | None:
    """The id of the person to whom the identity belongs; None if it is free."""
    return _read(dynamo.get(*_key(identity)))


def holders_of(identities: Sequence[Identity]) -> list[str | None]:
    """The ids of the persons to whom the identities belong, in one call."""
    return [_read(item) for item in dynamo.get_many([_key(one) for one in identities])]


def take(identity: Identity, user_id: str) -> writes.Write:
    """Give an identity to a person; refused as a write conflict if it belongs to another one."""
    return _take(identity, user_id, WriteConflict())


def take_proved(contact: Identity, user_id: str) -> writes.Write:
    """Give a phone or e-mail to the person who proved it; refused if it belongs to another one."""
    return _take(contact, user_id, _taken(contact))


def require_free(contact: Identity, user_id: str) -> writes.Write:
    """Check that a phone or e-mail belongs to nobody else."""
    return writes.check(*_key(contact), condition=_FREE, refusal=lambda _: _taken(contact), values={"holder": user_id})


def release(identity: Identity, user_id: str) -> writes.Write:
    """Free an identity of the person."""
    return writes.delete(
        *_key(identity), condition=_FREE, refusal=lambda _: WriteConflict(), values={"holder": user_id}
    )


def change_contact(user_id: str, kind: ContactKind, before: str | None, after: str) -> list[writes.Write]:
    """Give a person the phone or e-mail that they proved, and free the one `before`."""
    taken = take_proved(Identity(kind, after), user_id)
    return [taken, release(Identity(kind, before), user_id)] if before and before != after else [taken]


def note_change(user_id: str, kind: ContactKind, before: str | None, now: str) -> writes.Write:
    """Note that a person's phone or e-mail was changed; the row's stream tells the old contact and the new one."""
    former = {"formerContact": before} if before else {}
    return writes.put(
        *_former_row(user_id, kind, {"about": user_id, "contact": kind, "contactChangedAt": now, **former}),
        condition=None,
        refusal=lambda _: WriteConflict(),
    )


def former_key(user_id: str, kind: str) -> tuple[str, dict[str, str]]:
    """The key of the row with a person's former phone or e-mail."""
    return settings().users_table, {"userId": f"{user_id}#former-{kind}"}


def read_former(item: Item | None) -> str:
    """The former phone or e-mail in the row; empty if there is none."""
    return str((item or {}).get("formerContact", ""))


def forget_former(user_id: str) -> list[writes.Write]:
    """Delete a person's former contacts."""
    kinds: tuple[ContactKind, ...] = ("phone", "email")
    return [
        writes.delete(*former_key(user_id, kind), condition=None, refusal=lambda _: WriteConflict()) for kind in kinds
    ]


def release_all(user: User) -> list[writes.Write]:
    """Free the account, the phone and the e-mail of a person, but what somebody else has taken since."""
    return [release(one, user.user_id) for one in _held(user, ("subject", "phone", "email"))]


def contacts_held(user: User) -> list[Identity]:
    """The phone and the e-mail of a person that their rows hold."""
    return _held(user, ("phone", "email"))


def _former_row(user_id: str, kind: ContactKind, fields: Item) -> tuple[str, Item]:
    table, primary = former_key(user_id, kind)
    return table, {**primary, **fields}


def _held(user: User, kinds: Sequence[Kind]) -> list[Identity]:
    """The identities in the record of a person that their rows hold."""
    values: dict[Kind, str | None] = {"subject": user.subject, "phone": user.phone, "email": user.email}
    identities = [Identity(kind, value) for kind in kinds if (value := values[kind])]
    holders = holders_of(identities) if identities else []
    return [identity for identity, holder in zip(identities, holders, strict=True) if holder == user.user_id]


def _take(identity: Identity, user_id: str, refusal: Exception) -> writes.Write:
    return writes.update(
        *_key(identity),
        "SET #holder = :holder",
        condition=_FREE,
        refusal=lambda _: refusal,
        values={"holder": user_id},
    )


def _taken(contact: Identity) -> Conflict:
    return Conflict(
        f"This {contact.kind} belongs to another account.", code="contact_taken", params={"contact": contact.kind}
    )


def _key(identity: Identity) -> tuple[str, dict[str, str]]:
    return settings().users_table, {"userId": f"{identity.kind}#{identity.value}"}


def _read(item: Item | None) -> str | None:
    return item["holder"] if item else None
