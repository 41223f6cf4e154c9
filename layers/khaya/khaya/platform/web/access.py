"""The caller of a route, the access rules of routes, and the interface of the account guard."""

from dataclasses import dataclass
from typing import Protocol

from khaya.platform.base import clock
from khaya.platform.base.errors import Forbidden
from khaya.platform.base.roles import Role

RECENT_SECONDS = 600
"""Seconds after a sign-in in which routes that need a recent sign-in may be called."""


@dataclass(frozen=True)
class Caller:
    """A signed-in person, as the claims of the access token describe them."""

    user_id: str
    roles: frozenset[Role]
    session_id: str
    """One sign-in and all tokens refreshed from it: the claim `origin_jti`."""
    signed_in_at: int
    """Seconds since 1970 of the sign-in, not of a later refresh: the claim `auth_time`."""
    subject: str = ""
    """The account in Cognito: the claim `sub`."""
    stepped_up_at: int = 0
    """Seconds since 1970 at which this session's sign-in was renewed; the account guard reads it."""

    @property
    def proved_at(self) -> int:
        """Seconds since 1970 at which the person last proved who they are in this session."""
        return max(self.signed_in_at, self.stepped_up_at)

    @property
    def is_admin(self) -> bool:
        """Whether the token carries the role admin."""
        return "admin" in self.roles


@dataclass(frozen=True)
class Access:
    """Who may call a route.

    Attributes:
        who: the callers in words, for the API document.
        public: callable without a token; a token that is sent is read.
        roles: the caller must hold one of these; empty means that being signed in is enough.
        recent_sign_in: the caller must have signed in less than ten minutes ago.
        moves_money: the route requires an `Idempotency-Key`.
        recorded: whether responses to an `Idempotency-Key` are recorded. Responses with tokens are not.
        also_erased: a person whose account was just erased may call the route again.
        also_suspended: a suspended person may call the route.
        raw_body: the handler reads the body as it was sent, and checks its signature.
        cache_seconds: seconds for which an edge cache may keep the answer to a request without a token.
    """

    who: str
    public: bool = False
    roles: tuple[Role, ...] = ()
    recent_sign_in: bool = False
    moves_money: bool = False
    recorded: bool = True
    also_erased: bool = False
    also_suspended: bool = False
    raw_body: bool = False
    cache_seconds: int = 0


class AccountGuard(Protocol):
    """Checks the caller's own record; the application hands an implementation to `Api`."""

    def __call__(self, caller: Caller, access: Access, now: str, *, counted: bool) -> Caller:
        """The caller with the roles that they still hold.

        Args:
            caller: the caller, as the token describes them.
            access: the route's access.
            now: the time of the request.
            counted: whether the request is a write, which is checked by a conditional update and counts for the rate
                limit. An admin's request is checked by an update too; any other by a consistent read.

        Raises:
            Unauthenticated: the session was ended.
            Forbidden: the person is suspended, or lost the roles that the route needs.
            TooMany: the person wrote too often in this minute.
        """
        ...


PUBLIC = Access("anybody", public=True)
FEED = Access("anybody", public=True, cache_seconds=2)
SIGNED_IN = Access("any signed-in person")
ADMIN = Access("admins", roles=("admin",))


def check_recent_sign_in(caller: Caller, now: str) -> None:
    """Check that the caller signed in less than ten minutes ago.

    Raises:
        Forbidden: it was longer ago.
    """
    if clock.epoch(now) - caller.proved_at >= RECENT_SECONDS:
        raise Forbidden(
            "Please sign in again: this needs a sign-in less than ten minutes old.",
            code="recent_sign_in_required",
            params={"withinSeconds": RECENT_SECONDS},
        )
