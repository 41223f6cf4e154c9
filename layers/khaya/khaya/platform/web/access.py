"""Who may call a route, as the code enforces it and the OpenAPI document tells it."""

from __future__ import annotations

from dataclasses import dataclass

from khaya.platform.base.errors import Unauthenticated
from khaya.platform.base.roles import Role
from khaya.platform.web.identity import Caller


@dataclass(frozen=True)
class Access:
    """Who may call a route.

    Attributes:
        who: the callers in words, for the documentation.
        public: callable without a token; a token that is sent is read all the same.
        roles: the caller must hold one of these; none means that being signed in is enough.
        moves_money: the route requires an `Idempotency-Key`.
        remembered: the answer to an `Idempotency-Key` is kept. Those of sign-in are not: they hold tokens.
        also_erased: somebody who has just had their account erased may call it again.
        cache_seconds: how long an edge cache may keep the answer to a visitor without a token.
    """

    who: str
    public: bool = False
    roles: tuple[Role, ...] = ()
    moves_money: bool = False
    remembered: bool = True
    also_erased: bool = False
    cache_seconds: int = 0

    def admit(self, caller: Caller | None) -> frozenset[Role]:
        """The caller's roles by which they may call the route; none where no role is asked for.

        Raises:
            Unauthenticated: a token is needed.
            Forbidden: the role is missing.
        """
        if self.public:
            return frozenset()
        if caller is None:
            raise Unauthenticated("This needs an access token.")
        return caller.require(*self.roles) if self.roles else frozenset()


PUBLIC = Access("anybody", public=True)
FEED = Access("anybody", public=True, cache_seconds=2)
SIGNED_IN = Access("any signed-in person")
ADMIN = Access("admins", roles=("admin",))
