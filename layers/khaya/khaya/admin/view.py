"""A person as the API shows them to admins."""

from typing import Annotated

from pydantic import Field

from khaya.platform.base.models import Model
from khaya.platform.base.roles import Role
from khaya.profiles.model import NEW_NAME, Profile
from khaya.profiles.view import ProfileView, VerificationView, profile_view, verification_view
from khaya.users.model import AccountStatus, User


class AdminUserView(Model):
    """A person, with their contact and account status."""

    user_id: str
    display_name: str
    phone: str | None
    email: str | None
    roles: list[Role]
    status: AccountStatus
    verified: bool
    created_at: str | None


def admin_user_view(user: User) -> AdminUserView:
    """The view of a person for admins."""
    fields = {name: getattr(user, name) for name in AdminUserView.model_fields}
    return AdminUserView(**{**fields, "display_name": user.display_name or NEW_NAME})


class AdminPersonView(AdminUserView):
    """All that admins see of one person."""

    status_reason: Annotated[str | None, Field(description="The reason of a suspension.")]
    profile: ProfileView
    verification: Annotated[
        VerificationView | None, Field(description="The latest request to be verified, or the decision about it.")
    ]


def admin_person_view(user: User, profile: Profile, now: str) -> AdminPersonView:
    """The view of one person for admins, with links to the certificates."""
    return AdminPersonView(
        **dict(admin_user_view(user)),
        status_reason=user.status_reason if user.status == "suspended" else None,
        profile=profile_view(profile, now, fully=True),
        verification=verification_view(profile) if profile.verification else None,
    )
