"""Gives each Cognito account a person: at its first token, or at the first one after the user pool was rebuilt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from khaya.identities import store
from khaya.identities.model import Identity
from khaya.platform.base.emails import normal_email
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.ids import new_id
from khaya.platform.base.phones import normal_phone
from khaya.platform.base.roles import Role
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import service as profiles
from khaya.users import store as users
from khaya.users.model import User

_ATTEMPTS = 8
_NORMAL_FORMS: Final[dict[str, Callable[[str], str]]] = {"phone_number": normal_phone, "email": normal_email}


@dataclass(frozen=True)
class VerifiedAccount:
    """An account in Cognito; `phone` and `email` only if they are verified."""

    subject: str
    name: str | None
    phone: str | None
    email: str | None
    roles: list[Role]

    @property
    def contacts(self) -> list[Identity]:
        """The verified contacts."""
        found = [Identity("phone", self.phone)] if self.phone else []
        return [*found, Identity("email", self.email)] if self.email else found


def verified_contact(attributes: Mapping[str, str], name: Literal["phone_number", "email"]) -> str | None:
    """A contact among the account's attributes, in its normal form; None unless it is verified.

    What is neither a phone nor an e-mail counts as missing. Only an operator can have set it.
    """
    if attributes.get(f"{name}_verified") != "true":
        return None
    try:
        return _NORMAL_FORMS[name](attributes.get(name, ""))
    except ValueError:
        return None


def find_person(subject: str) -> str | None:
    """The id of the person with this Cognito account; None before the account's first token."""
    return store.holder_of(Identity("subject", subject))


def welcome(account: VerifiedAccount, now: str) -> str:
    """The id of the account's person, with the records that a sign-in needs. Idempotent.

    A new account belongs to the person who holds one of its contacts, so that a user pool can be rebuilt; otherwise to
    a new person. A contact that somebody else holds stays theirs. A contact that differs from the record is taken over:
    its change was interrupted after Cognito had it, or an operator made it.

    Raises:
        Unavailable: the person's erasure is not complete yet.
    """
    return retry_on_conflict(lambda: _welcome(account, now), _ATTEMPTS)


def _welcome(account: VerifiedAccount, now: str) -> str:
    subject, contacts = Identity("subject", account.subject), account.contacts
    known, *holders = store.holders_of([subject, *contacts])
    user_id = known or next(filter(None, holders), None) or new_id()
    own = [contact for contact, holder in zip(contacts, holders, strict=True) if holder in (None, user_id)]
    unit_of_work = UnitOfWork()
    record = profiles.add_records(
        user_id, _record(account, user_id, own, now), account.name, account.roles, now, unit_of_work
    )
    if known is None and record.status == "erased":
        raise Unavailable
    if known is None or record.created_at is None:
        unit_of_work.add(*(store.take(identity, user_id) for identity in (subject, *own)))
    elif record.status != "erased" and not unit_of_work.writes:
        _adopt(record, own, unit_of_work)
    unit_of_work.commit()
    return user_id


def _adopt(record: User, own: list[Identity], unit_of_work: UnitOfWork) -> None:
    """Add the writes that take over a contact which differs from the record; one at each sign-in."""
    for contact in own:
        kind: Literal["phone", "email"] = "phone" if contact.kind == "phone" else "email"
        before = record.phone if kind == "phone" else record.email
        if before != contact.value:
            unit_of_work.add(
                users.set_contact(record.user_id, kind, before, contact.value),
                *store.change_contact(record.user_id, kind, before, contact.value),
            )
            return


def _record(account: VerifiedAccount, user_id: str, own: list[Identity], now: str) -> User:
    """The private record of a new person, with the contacts that are theirs."""
    values = {contact.kind: contact.value for contact in own}
    return User(
        user_id=user_id, subject=account.subject, phone=values.get("phone"), email=values.get("email"), created_at=now
    )
