"""A person's private record: contact, account status, lost roles and ended sessions."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from khaya.platform.base.errors import Conflict, FieldError, Forbidden
from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, omittable
from khaya.platform.base.roles import Role

Status = Literal["active", "suspended"]
"""The account statuses that admins set."""
AccountStatus = Literal["active", "suspended", "erased"]
"""All account statuses. `erased` is final."""
Email = Annotated[str, AfterValidator(str.lower)]
"""An e-mail address in lower case."""

ENDED_SECONDS = 7200
"""Seconds for which an ended session is kept: twice the lifetime of an access token."""


class UserChanges(RequestModel):
    """An admin's decision about a person; omitted fields stay unchanged."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    status: Status = omittable()
    admin: Annotated[bool, Field(strict=True)] = omittable()
    reason: Annotated[Prose, Length(3, 500)]

    @model_validator(mode="after")
    def _decides_something(self) -> Self:
        if self.model_fields_set <= {"reason"}:
            raise FieldError("must name status or admin", "nothing_named", fields=["status", "admin"])
        return self


class Decision(Model):
    """A recorded decision about a person. It is never deleted; erasing the person or the admin removes its reason."""

    id: str
    user_id: str
    status: Status | None = None
    admin: bool | None = None
    reason: str
    decided_by: str
    decided_at: str


class User(Model):
    """The private record of a person. The account guard stores its counts in the same item.

    Name, roles and verification are copies of the profile's fields, written in the same transactions, so that admins
    find people in one read.
    """

    user_id: str
    subject: str | None = None
    """The Cognito account: its `sub`. A rebuilt user pool gives the person another one."""
    phone: str | None = None
    email: Email | None = None
    status: AccountStatus = "active"
    status_reason: str | None = None
    """The reason of a suspension."""
    lost_roles: frozenset[Role] = frozenset()
    created_at: str | None = None

    display_name: str | None = None
    roles: tuple[Role, ...] = ()
    verified: bool = False

    def decision_for(self, changes: UserChanges, *, admin_id: str, now: str) -> Decision | None:
        """The decision that `changes` make about the person; None if they change nothing.

        Raises:
            Forbidden: the admin is the person.
            Conflict: the account was erased.
        """
        if admin_id == self.user_id:
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        if self.status == "erased":
            raise Conflict("The account was erased.", code="account_erased")
        sent = changes.model_fields_set
        status = changes.status if "status" in sent and changes.status != self.status else None
        admin = changes.admin if "admin" in sent and not self._is_admin_already(changes.admin) else None
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

    def _is_admin_already(self, admin: bool) -> bool:
        """Whether the roles and the lost roles agree with `admin` already."""
        return ("admin" in self.roles) == admin and ("admin" in self.lost_roles) != admin


class EndedSessions(Model):
    """The fields of a person's private record that decide whether their sessions and sign-ins are valid."""

    status: AccountStatus = "active"
    ended_before: int | None = None
    """Seconds since 1970. Sessions that began at this time or earlier are ended."""
    kept_session: str | None = None
    """The session that stayed when the others were ended."""
    ended_sessions: set[str] = set()
    """Ids of single ended sessions; the account guard refuses their access tokens."""
    ended_at: dict[str, int] = {}
    """The time of each end, in seconds since 1970."""
    ended_version: int = 0
    """The number of ends, which serves as a version."""

    def before(self, session_id: str) -> int | None:
        """The time (seconds since 1970) before which this session must not have begun; None if any is allowed."""
        return None if session_id == self.kept_session else self.ended_before

    def with_ended(self, session_id: str, now: int) -> "EndedSessions":
        """With one more ended session, and without those whose access tokens have expired."""
        ended_at = {**{one: at for one, at in self.ended_at.items() if now - at < ENDED_SECONDS}, session_id: now}
        kept = {one for one in self.ended_sessions if one in ended_at or one not in self.ended_at}
        changed = {"ended_sessions": kept | {session_id}, "ended_at": ended_at, "ended_version": self.ended_version + 1}
        return self.model_copy(update=changed)
