"""Who may call a route, as the code enforces it and the OpenAPI document tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from khaya.errors import Unauthenticated
from khaya.fields import Stored
from khaya.identity import Caller
from khaya.roles import Role

REFUSALS = {
    400: "The request, its cursor or its Idempotency-Key cannot be read.",
    401: "No token, or one that does not hold.",
    403: "The role is missing, or the object may be seen but not changed.",
    404: "There is no such object, or the caller may not see it.",
    409: "The present state does not permit this; the detail names the state.",
    412: "If-Match names a version that is no longer the present one.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Fields or parameters break rules; `errors` names them.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "A dependency is throttled or down; the same request may be sent again.",
}


class FieldProblem(Stored):
    """One field that breaks a rule."""

    field: str
    message: str


class Problem(Stored):
    """A refusal, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldProblem] | None = None


@dataclass(frozen=True)
class Access:
    """Who may call a route.

    Attributes:
        who: the callers in words, for the documentation.
        public: callable without a token; a token that is sent is read all the same.
        roles: the caller must hold one of these; none means that being signed in is enough.
        moves_money: the route requires an `Idempotency-Key`.
        cache_seconds: how long an edge cache may keep the answer to a visitor without a token.
    """

    who: str
    public: bool = False
    roles: tuple[Role, ...] = ()
    moves_money: bool = False
    cache_seconds: int = 0

    def admit(self, caller: Caller | None) -> Role | None:
        """The role by which `caller` may call the route, None where no role is asked for.

        Raises:
            Unauthenticated: a token is needed.
            Forbidden: the role is missing.
        """
        if self.public:
            return None
        if caller is None:
            raise Unauthenticated("This needs an access token.")
        return caller.require(*self.roles) if self.roles else None

    def security(self) -> list[dict[str, list[str]]]:
        """The route's security requirement in the OpenAPI document."""
        return [{}, {"token": []}] if self.public else [{"token": []}]

    def extensions(self) -> dict[str, Any]:
        """What the OpenAPI document tells beyond the standard."""
        return {"x-khaya-who": self.who, "x-khaya-roles": list(self.roles), "x-khaya-moves-money": self.moves_money}

    def responses(self, method: str, status: int, body: Any) -> dict[int, Any]:
        """Every answer that the route may give. `body` is the model of the successful one."""
        success: dict[str, Any] = {"description": "Success"}
        if body is not None:
            success["content"] = {"application/json": {"model": body}}
        problem = {"application/problem+json": {"model": Problem}}
        return {status: success} | {
            code: {"description": text, "content": problem}
            for code, text in REFUSALS.items()
            if self._gives(code, method)
        }

    def _gives(self, code: int, method: str) -> bool:
        match code:
            case 403:
                return not self.public
            case 409:
                return method != "GET"
            case 412:
                return method in ("PATCH", "PUT")
            case 413 | 415:
                return method in ("POST", "PUT", "PATCH")
        return True


PUBLIC = Access("anybody", public=True)
FEED = Access("anybody", public=True, cache_seconds=2)
SIGNED_IN = Access("any signed-in person")
ADMIN = Access("admins", roles=("admin",))
