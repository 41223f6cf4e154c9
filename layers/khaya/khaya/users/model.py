"""A person's private record: contact, standing, and the roles and sessions that were taken from them."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, left_out
from khaya.platform.base.roles import Role

Status = Literal["active", "suspended"]
"""What admins decide between."""
Standing = Literal["active", "suspended", "erased"]
"""Whether a person may act; an account that its owner had erased never may again."""
Email = Annotated[str, AfterValidator(str.lower)]
"""An e-mail address, in the form in which it is compared."""

ENDED_SECONDS = 7200
"""How long the end of a session is remembered: twice the life of an access token."""

_LOCAL = re.compile(r"0([678][0-9]{8})")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class UserChanges(RequestModel):
    """What an admin decides about a person; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    status: Status = left_out()
    admin: Annotated[bool, Field(strict=True)] = left_out()
    reason: Annotated[Prose, Field(min_length=3, max_length=500)]

    @model_validator(mode="after")
    def _something_is_decided(self) -> Self:
        if self.model_fields_set <= {"reason"}:
            raise ValueError("must name status or admin")
        return self


class Decision(Model):
    """Who decided what about a person, when and why. Kept for good."""

    id: str
    user_id: str
    status: Status | None = None
    admin: bool | None = None
    reason: str
    decided_by: str
    decided_at: str


class User(Model):
    """The private record of a person. The gate keeps its own counts beside these fields.

    Name, roles and verification are the profile's; they are repeated here, by the same transactions that change them
    there, so that admins find people in one read.
    """

    user_id: str
    phone: str | None = None
    email: Email | None = None
    status: Standing = "active"
    lost_roles: set[Role] = set()
    created_at: str | None = None

    display_name: str | None = None
    roles: list[Role] = []
    verified: bool = False

    def decided(self, changes: UserChanges, *, admin_id: str, now: str) -> Decision | None:
        """What `changes` would change about the person; None where that is nothing.

        Raises:
            Forbidden: an admin would act on themselves.
            Conflict: the person had their account erased.
        """
        if admin_id == self.user_id:
            raise Forbidden("No admin acts on themselves.")
        if self.status == "erased":
            raise Conflict("The account was erased.")
        named = changes.model_fields_set
        status = changes.status if "status" in named and changes.status != self.status else None
        admin = changes.admin if "admin" in named and not self._stands_as(admin=changes.admin) else None
        if status is None and admin is None:
            return None
        return Decision(
            id=new_id(),
            user_id=self.user_id,
            status=status,
            admin=admin,
            reason=changes.reason,
            decided_by=admin_id,
            decided_at=now,
        )

    def _stands_as(self, *, admin: bool) -> bool:
        """Whether both the roles and what was taken from them say so already."""
        return ("admin" in self.roles) == admin and ("admin" in self.lost_roles) != admin


class Endings(Model):
    """What of a person's private record says which of their sessions were ended, and whether they may sign in."""

    status: Standing = "active"
    ended_before: int | None = None
    """Seconds since 1970: sessions that began then or earlier are ended."""
    ended_sessions: set[str] = set()
    """Single sessions that were ended; the gate refuses their access tokens."""
    ended_at: dict[str, int] = {}
    """When each was, in seconds since 1970."""
    endings: int = 0
    """How often one was: the version of these three."""

    def with_ended(self, session_id: str, now: int) -> Endings:
        """With one session more, and without those whose access tokens have all expired."""
        at = {**{one: then for one, then in self.ended_at.items() if now - then < ENDED_SECONDS}, session_id: now}
        kept = {one for one in self.ended_sessions if one in at or one not in self.ended_at}
        changed = {"ended_sessions": kept | {session_id}, "ended_at": at, "endings": self.endings + 1}
        return self.model_copy(update=changed)


def normal_phone(text: str) -> str:
    """A phone number as E.164; South African local numbers get their country code.

    Raises:
        ValueError: it is neither.
    """
    digits = re.sub(r"[\s().-]", "", text)
    if local := _LOCAL.fullmatch(digits):
        return f"+27{local[1]}"
    if _E164.fullmatch(digits):
        return digits
    raise ValueError("must be a South African number such as 082 123 4567, or international with + and country code")
