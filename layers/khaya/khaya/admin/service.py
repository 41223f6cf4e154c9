"""Use cases of admins: find people and decide about them."""

from __future__ import annotations

from khaya.decisions import store as decisions
from khaya.platform.aws import cognito
from khaya.platform.base.errors import NotFound
from khaya.platform.base.roles import Role
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.profiles import store as profiles
from khaya.profiles.model import Profile
from khaya.profiles.service import with_profile_fields
from khaya.users import store
from khaya.users.model import Status, User, UserChanges


def find(status: Status | None, phone: str | None, email: str | None, page_request: PageRequest) -> PageResult[User]:
    """People, newest first, who match all filters that are given. A phone or e-mail belongs to one person at most."""
    if phone is not None:
        found = store.list_by_contact("phone", phone, page_request)
    elif email is not None:
        found = store.list_by_contact("email", email, page_request)
    else:
        return store.list_users(status, page_request)
    matching = [user for user in found.items if status in (None, user.status) and email in (None, user.email)]
    return PageResult(matching, found.after)


def person(user_id: str) -> tuple[User, Profile]:
    """A person's private record and profile, also of somebody who is suspended or gone.

    Raises:
        NotFound: there is no such person.
    """
    user_item, profile_item = read_together([store.key(user_id), profiles.key(user_id)])
    if profile_item is None and "createdAt" not in (user_item or {}):
        raise NotFound("There is no such person.")
    profile = profiles.read(profile_item, user_id)
    return with_profile_fields(profile, store.read(user_item, user_id)), profile


def change(user_id: str, changes: UserChanges, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> User:
    """Suspend or reinstate a person, or add or remove the role admin.

    The account guard enforces the decision from the commit on. Cognito's groups are changed after the commit, also if
    the request changes nothing, so that a repeated request completes a failed one.

    Raises:
        NotFound: there is no such person.
        Forbidden: the admin is the person, or is no longer an active admin.
        Conflict: the account was erased.
    """
    user, profile = person(user_id)
    decision = user.decision_for(changes, admin_id=admin_id, now=now)
    if decision is not None:
        was, after = user.status, profile
        if decision.status is not None:
            user = user.model_copy(update={"status": decision.status})
            after = after.with_hidden(decision.status == "suspended", now)
        if decision.admin is not None:
            after = after.with_admin(admin=decision.admin, now=now)
            user = with_profile_fields(after, user)
        unit_of_work.add(*profiles.change(profile, after), *decisions.record(decision, user, was=was))
    if "admin" in changes.model_fields_set:
        added, removed = _moved_roles(admin=changes.admin)
        unit_of_work.after_commit(lambda: cognito.set_groups(user.subject, add=added, remove=removed))
    return user


def _moved_roles(*, admin: bool) -> tuple[set[Role], set[Role]]:
    """The roles to add and to remove."""
    return ({"admin"}, set()) if admin else (set(), {"admin"})
