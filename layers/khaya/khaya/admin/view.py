"""A person as the API shows them to admins."""

from __future__ import annotations

from khaya.platform.base.models import Model
from khaya.platform.base.roles import Role
from khaya.profiles.model import NEW_NAME
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
