"""What admins decide about people."""

from __future__ import annotations

from khaya.platform.aws import cognito
from khaya.platform.base.errors import NotFound
from khaya.platform.base.roles import Role
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.profiles import store as profiles
from khaya.profiles.service import repeated
from khaya.users import store
from khaya.users.model import Status, User, UserChanges


def find(status: Status | None, phone: str | None, email: str | None, page_request: PageRequest) -> PageResult[User]:
    """People, the latest first, whom the filters that are named hold for. A number or an address is one person's."""
    if phone is not None:
        found = store.with_contact("phone", phone, page_request)
    elif email is not None:
        found = store.with_contact("email", email, page_request)
    else:
        return store.listed(status, page_request)
    wanted = [user for user in found.items if status in (None, user.status) and email in (None, user.email)]
    return PageResult(wanted, found.after)


def change(user_id: str, changes: UserChanges, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> User:
    """Suspend or reinstate a person, make them an admin or end it.

    What is taken is refused by the gate from the moment the unit of work is committed. Cognito is told afterwards, also by a
    request that changes nothing, so that the same request sent again makes up for a failure in between.

    Raises:
        NotFound: there is no such person.
        Forbidden: an admin would act on themselves, or is no active admin any more.
        Conflict: the person had their account erased.
    """
    user_item, profile_item = read_together([store.key(user_id), profiles.key(user_id)])
    if profile_item is None and "createdAt" not in (user_item or {}):
        raise NotFound("There is no such person.")
    profile = profiles.read(profile_item, user_id)
    user = repeated(profile, store.read(user_item, user_id))
    decision = user.decided(changes, admin_id=admin_id, now=now)
    if decision is not None:
        if decision.status is not None:
            user = user.model_copy(update={"status": decision.status})
        if decision.admin is not None:
            after = profile.with_admin(admin=decision.admin, now=now)
            unit_of_work.add(*profiles.change(profile, after))
            user = repeated(after, user)
        unit_of_work.add(*store.decide(decision, user))
    if "admin" in changes.model_fields_set:
        moved: dict[str, set[Role]] = {"add": set(), "remove": set(), ("add" if changes.admin else "remove"): {"admin"}}
        unit_of_work.afterwards(lambda: cognito.set_groups(user_id, **moved))
    return user
