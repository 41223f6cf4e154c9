"""Use cases of profiles that need more than one read, or Cognito."""

from __future__ import annotations

from collections.abc import Iterable

from khaya.former_members import store as former_members
from khaya.platform.aws import cognito
from khaya.platform.base.errors import NotFound
from khaya.platform.base.models import Item
from khaya.platform.base.roles import Role
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store
from khaya.profiles.model import (
    OWN_ROLES,
    OwnRole,
    Profile,
    ProfileReplacement,
    VerificationApplication,
    VerificationDecision,
    first_profile,
)
from khaya.uploads import service as uploads
from khaya.uploads.model import HandIn
from khaya.users import store as users
from khaya.users.model import User


def to_write(user_id: str, wanted: ProfileReplacement) -> tuple[Profile, User, list[Item | None]]:
    """A person's profile, private record and the items of the uploads that `wanted` names, in one read."""
    named = [wanted.photo_url, *(one.key for one in wanted.certifications)]
    keys = [store.key(user_id), users.key(user_id), *uploads.keys(key for key in named if key)]
    profile, user, *uploaded = read_together(keys)
    return store.read(profile, user_id), users.read(user, user_id), uploaded


def own(user_id: str) -> tuple[Profile, User]:
    """A person's profile and private record, in one read."""
    profile, user = read_together([store.key(user_id), users.key(user_id)])
    return store.read(profile, user_id), users.read(user, user_id)


def existing(user_id: str) -> Profile:
    """A person's profile, also of a suspended person.

    Raises:
        NotFound: the person does not exist.
    """
    profile = store.find(user_id)
    if profile is None:
        raise NotFound("There is no such person.")
    return profile


def public(user_id: str, visitor: Caller | None = None) -> Profile:
    """A person's profile, if the visitor may see it. That of a suspended person is visible to admins only.

    Raises:
        NotFound: the person does not exist, or is suspended.
    """
    profile = existing(user_id)
    if profile.hidden and not (visitor is not None and visitor.is_admin):
        raise NotFound("There is no such person.")
    return profile


def write(
    profile: Profile,
    request: ProfileReplacement,
    uploaded: Iterable[Item | None],
    *,
    whole: bool,
    now: str,
    unit_of_work: UnitOfWork,
) -> Profile:
    """Change what `request` names, or with `whole` every writable field; `uploaded` are the items of its uploads.

    Raises:
        Invalid: the picture or a certificate is not the owner's upload, or of another type.
    """
    _hand_in_uploads(profile, request, uploaded, now=now, unit_of_work=unit_of_work)
    after = profile.with_replacement(request, now) if whole else profile.with_changes(request, now)
    unit_of_work.add(*store.change(profile, after))
    if after.display_name != profile.display_name:
        unit_of_work.add(users.copy_profile_fields(with_profile_fields(after)))
    return after


def _hand_in_uploads(
    profile: Profile,
    request: ProfileReplacement,
    uploaded: Iterable[Item | None],
    *,
    now: str,
    unit_of_work: UnitOfWork,
) -> None:
    user_id = profile.user_id
    photo = {request.photo_url: "photoUrl"} if request.photo_url and request.photo_url != profile.photo_url else {}
    known = {one.key for one in profile.certifications}
    papers = {
        one.key: f"certifications.{number}.key"
        for number, one in enumerate(request.certifications)
        if one.key and one.key not in known
    }
    found = list(uploaded)
    hand_ins = {
        "photoUrl": HandIn.named(photo, user_id, "profile"),
        "certifications": HandIn.named(papers, user_id, "certification"),
    }
    for field, hand_in in hand_ins.items():
        handed_in = uploads.check_hand_in(hand_in, found, now)
        unit_of_work.add(*uploads.hand_in_writes(handed_in, "profiles", user_id, field))


def take_roles(
    profile: Profile, user: User, chosen: list[OwnRole], *, subject: str, now: str, unit_of_work: UnitOfWork
) -> Profile:
    """Set the chosen roles of the person with the Cognito account `subject`.

    The account guard refuses a dropped role from the commit on. Cognito's groups, and so the roles in new tokens, are
    changed after the commit; if that fails, the consumer `reputation` or a repeated request completes it.
    """
    user_id = profile.user_id
    after = profile.with_own_roles(chosen, now)
    dropped: set[Role] = {role for role in OWN_ROLES if role not in chosen}
    lost = (user.lost_roles - {*chosen}) | dropped
    unit_of_work.add(*store.change(profile, after))
    if after is not profile or lost != user.lost_roles:
        unit_of_work.add(users.set_roles(user_id, after.roles, lost))
    unit_of_work.after_commit(lambda: cognito.set_groups(subject, add={*chosen}, remove=dropped))
    return after


def apply(
    profile: Profile,
    request: VerificationApplication,
    uploaded: Iterable[Item | None],
    *,
    now: str,
    unit_of_work: UnitOfWork,
) -> Profile:
    """Ask to be verified, with certificates that become those of the profile.

    Raises:
        Invalid: a certificate is not the owner's upload, or of another type.
        Conflict: the person is verified, or an earlier request waits.
    """
    changes = request.profile_changes()
    _hand_in_uploads(profile, changes, uploaded, now=now, unit_of_work=unit_of_work)
    after = profile.with_changes(changes, now).with_application(request.note, now)
    unit_of_work.add(*store.change(profile, after))
    return after


def decide(
    user_id: str, decision: VerificationDecision, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> Profile:
    """Approve or refuse a person's request to be verified.

    Raises:
        NotFound: the person does not exist.
        Forbidden: the admin is the person.
        Conflict: no request waits, or the account was erased.
    """
    profile = existing(user_id)
    after = profile.with_application_decided(decision, by=admin_id, now=now)
    unit_of_work.add(*store.change(profile, after), users.copy_profile_fields(with_profile_fields(after)))
    return after


def verify(
    profile: Profile, verified: bool, reason: str | None, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> Profile:
    """Set or remove the verification of a person.

    Raises:
        Forbidden: the admin is the person.
        Conflict: the account was erased.
    """
    after = profile.with_verification(verified, reason, by=admin_id, now=now)
    if after is not profile:
        unit_of_work.add(*store.change(profile, after), users.copy_profile_fields(with_profile_fields(after)))
    return after


def with_profile_fields(profile: Profile, user: User | None = None) -> User:
    """The private record with the fields that it copies from the profile."""
    record = user or User(user_id=profile.user_id)
    copied = {"display_name": profile.display_name, "roles": tuple(profile.roles), "verified": profile.verified}
    return record.model_copy(update=copied)


def add_records(
    user_id: str, contact: User, name: str | None, roles: list[Role], now: str, unit_of_work: UnitOfWork
) -> User:
    """Add the writes that create the private record `contact` and the empty profile, as far as they are missing.

    At later sign-ins it only adds the role admin to the profile, if an operator has added it in Cognito. If the user
    pool was rebuilt, it replaces the Cognito account in the record.

    Returns:
        The private record before the writes, or `contact`.
    """
    user_item, profile_item = read_together([users.key(user_id), store.key(user_id)])
    if profile_item is None:
        profile = first_profile(user_id, name, roles, now, returned=former_members.is_returning(contact))
        unit_of_work.add(*store.create(profile))
    else:
        profile = store.read(profile_item, user_id)
    record = users.read(user_item, user_id)
    if record.created_at is None:
        unit_of_work.add(users.create(with_profile_fields(profile, contact)))
    elif record.subject != contact.subject:
        unit_of_work.add(users.set_subject(user_id, contact.subject))
    elif "admin" in roles and "admin" not in {*profile.roles, *record.lost_roles}:
        after = profile.with_admin(admin=True, now=now)
        unit_of_work.add(*store.change(profile, after), users.copy_profile_fields(with_profile_fields(after)))
    return record
