"""The use cases around profiles that need more than one read, or Cognito."""

from __future__ import annotations

from khaya.former_members import store as former_members
from khaya.platform.aws import cognito
from khaya.platform.base.errors import NotFound, WriteConflict
from khaya.platform.base.roles import Role
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.profiles import store
from khaya.profiles.model import OWN_ROLES, OwnRole, Profile, ProfileReplacement, first_profile
from khaya.uploads.model import check_owner
from khaya.users import store as users
from khaya.users.model import User


def own(user_id: str) -> tuple[Profile, User]:
    """A person's profile and private record, in one read."""
    profile, user = read_together([store.key(user_id), users.key(user_id)])
    return store.read(profile, user_id), users.read(user, user_id)


def public(user_id: str) -> Profile:
    """A person's profile.

    Raises:
        NotFound: there is no such person.
    """
    profile = store.find(user_id)
    if profile is None:
        raise NotFound("There is no such person.")
    return profile


def write(profile: Profile, wanted: ProfileReplacement, *, whole: bool, now: str, unit_of_work: UnitOfWork) -> Profile:
    """Change what `wanted` names, or with `whole` every writable field.

    Raises:
        Invalid: a picture or certificate is not the owner's upload.
    """
    keys = [wanted.photo_url] if wanted.photo_url and wanted.photo_url != profile.photo_url else []
    check_owner(keys, profile.user_id, "profile", "photoUrl")
    known = {one.key for one in profile.certifications}
    for number, one in enumerate(wanted.certifications):
        if one.key and one.key not in known:
            check_owner([one.key], profile.user_id, "certification", f"certifications.{number}.key")
    after = profile.replaced(wanted, now) if whole else profile.written(wanted, now)
    unit_of_work.add(*store.change(profile, after))
    if after.display_name != profile.display_name:
        unit_of_work.add(users.repeat(repeated(after)))
    return after


def take_roles(user_id: str, wanted: list[OwnRole], *, now: str, unit_of_work: UnitOfWork) -> tuple[Profile, User]:
    """Take up and drop roles.

    A dropped role is refused by the gate from the moment the unit of work is committed. Cognito is told afterwards, so that the
    next token has a new one; where that fails, what follows the profile makes up for it, or the same request again.
    """
    profile, user = own(user_id)
    after = profile.with_own_roles(wanted, now)
    dropped: set[Role] = {role for role in OWN_ROLES if role not in wanted}
    lost = (user.lost_roles - {*wanted}) | dropped
    unit_of_work.add(*store.change(profile, after), users.set_roles(user_id, after.roles, lost))
    unit_of_work.afterwards(lambda: cognito.set_groups(user_id, add={*wanted}, remove=dropped))
    return after, user


def verify(user_id: str, verified: bool, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Profile:
    """Record that an admin has checked who the person is, or take it back.

    Raises:
        NotFound: there is no such person.
        Forbidden: it is the admin's own profile.
    """
    profile = public(user_id)
    after = profile.with_verification(verified, by=admin_id, now=now)
    if after.verified != profile.verified:
        unit_of_work.add(*store.change(profile, after), users.repeat(repeated(after)))
        return after
    return profile


def repeated(profile: Profile, user: User | None = None) -> User:
    """The private record with what it repeats of the profile."""
    record = user or User(user_id=profile.user_id)
    shared = {"display_name": profile.display_name, "roles": profile.roles, "verified": profile.verified}
    return record.model_copy(update=shared)


def welcome(user_id: str, *, name: str | None, contact: User, roles: list[Role], now: str) -> None:
    """Make the record and the empty profile of somebody who signs in for the first time.

    Later it does nothing, except for somebody whom an operator has put among the admins meanwhile: their profile says
    so from now on.
    """
    user_item, profile_item = read_together([users.key(user_id), store.key(user_id)])
    unit_of_work = UnitOfWork()
    if profile_item is None:
        profile = first_profile(user_id, name, roles, now, returned=former_members.was_here(contact))
        unit_of_work.add(*store.create(profile))
    else:
        profile = store.read(profile_item, user_id)
    if user_item is None or "createdAt" not in user_item:
        unit_of_work.add(users.create(repeated(profile, contact)))
    elif "admin" in roles and "admin" not in {*profile.roles, *users.read(user_item, user_id).lost_roles}:
        after = profile.with_admin(admin=True, now=now)
        unit_of_work.add(*store.change(profile, after), users.repeat(repeated(after)))
    try:
        unit_of_work.commit()
    except WriteConflict:
        return  # another sign-in of the same person, at the same moment, was first
