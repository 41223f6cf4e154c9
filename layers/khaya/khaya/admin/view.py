"""A person as admins see them."""

from __future__ import annotations

from khaya.platform.base.models import Model
from khaya.platform.base.roles import Role
from khaya.profiles.model import NEW_NAME
from khaya.users.model import Standing, User


class AdminUserView(Model):
    """A person, with how to reach them and whether they may act."""

    user_id: str
    display_name: str
    phone: str | None
    email: str | None
    roles: list[Role]
    status: Standing
    verified: bool
    created_at: str | None


def shown_to_admin(user: User) -> AdminUserView:
    """The person as the API shows them to admins."""
    fields = {name: getattr(user, name) for name in AdminUserView.model_fields}
    return AdminUserView(**{**fields, "display_name": user.display_name or NEW_NAME})
