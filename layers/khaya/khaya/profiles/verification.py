"""Asking to be verified: the request, its state, and an admin's decision."""

from typing import Annotated, Literal

from pydantic import Field

from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.models import Model

VerificationStatus = Literal["waiting", "approved", "refused", "withdrawn"]
Note = Annotated[Prose, Length(3, 1000)]
VerificationReason = Annotated[
    Prose, Length(3, 500), Field(description="Why; the person and other admins can read it.")
]


class Verification(Model):
    """A person's latest request to be verified, or the latest decision about their verification.

    Attributes:
        note: what the person wrote.
        reason: the admin's reason.
    """

    status: VerificationStatus
    note: str | None = None
    asked_at: str | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_at: str | None = None

    def decided(self, status: VerificationStatus, reason: str | None, *, by: str, now: str) -> "Verification":
        """The request after an admin's decision."""
        return self.model_copy(update={"status": status, "reason": reason, "decided_by": by, "decided_at": now})


def asked(before: Verification | None, note: str, *, verified: bool, now: str) -> Verification:
    """A new request.

    Raises:
        Conflict: the person is verified, or an earlier request waits.
    """
    if verified:
        raise Conflict("You are verified already.", code="already_verified")
    if before is not None and before.status == "waiting":
        raise Conflict("Your request waits for an admin already.", code="verification_waiting")
    return Verification(status="waiting", note=note, asked_at=now)
