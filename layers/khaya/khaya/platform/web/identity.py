"""Who is asking: read from the gateway's verified claims or, where it left none, from the token, verified here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from khaya.platform.base.errors import Forbidden, Unauthenticated, Unavailable
from khaya.platform.base.roles import Role, roles_in
from khaya.platform.base.settings import PoolSettings, settings

if TYPE_CHECKING:
    from jwt import PyJWKClient

_NO_KEYS = "Sign-in cannot be checked at the moment."


@dataclass(frozen=True)
class Caller:
    """A signed-in person, as their token has it."""

    user_id: str
    roles: frozenset[Role]
    session_id: str
    """One sign-in and all tokens refreshed from it: Cognito's `origin_jti`."""
    signed_in_at: int
    """Seconds since 1970 of the sign-in itself, not of a later refresh: Cognito's `auth_time`."""

    @property
    def is_admin(self) -> bool:
        """Whether the token names the caller an admin."""
        return "admin" in self.roles

    def require(self, *roles: Role) -> frozenset[Role]:
        """Those of `roles` that the caller holds.

        Raises:
            Forbidden: they hold none of them.
        """
        held = self.roles & {*roles}
        if held:
            return held
        raise Forbidden(f"This needs the role {' or '.join(roles)}.")


def caller_of(event: Mapping[str, Any]) -> Caller | None:
    """The caller of an API Gateway request; None for one who sent no token.

    Raises:
        Unauthenticated: the token does not hold.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims")
    if claims is None:
        token = _bearer(event.get("headers") or {})
        if token is None:
            return None
        claims = _verified(token)
    _check_use(claims)
    return Caller(
        user_id=claims["sub"],
        roles=roles_in(claims.get("cognito:groups")),
        session_id=claims.get("origin_jti", claims.get("jti", "")),
        signed_in_at=_seconds(claims.get("auth_time", 0)),
    )


def _bearer(headers: Mapping[str, str]) -> str | None:
    value = next((value for name, value in headers.items() if name.lower() == "authorization"), None)
    if value is None:
        return None
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("The Authorization header must read: Bearer, a blank, the access token.")
    return token.strip()


def _check_use(claims: Mapping[str, Any]) -> None:
    """What the gateway leaves unchecked: it accepts any client of the pool."""
    if claims.get("token_use") != "access":
        raise Unauthenticated("An access token is needed here, not another kind of token.")
    if claims.get("client_id") != settings(PoolSettings).user_pool_client_id:
        raise Unauthenticated("The token was issued to another application.")
    if settings().token_scope not in str(claims.get("scope", "")).split():
        raise Unauthenticated("The token does not carry this API's scope.")
    if not claims.get("sub"):
        raise Unauthenticated("The token names nobody.")


def _verified(token: str) -> dict[str, Any]:
    """The claims of a token whose signature, issuer and expiry hold."""
    import jwt  # noqa: PLC0415 - only functions without the gateway's authorizer need it, and it is slow to import

    keys = _keys()
    try:
        key = keys.get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=["RS256"],
            issuer=f"{settings().token_issuer_base}/{settings(PoolSettings).user_pool_id}",
            options={"require": ["exp", "iss", "sub"], "verify_aud": False},
        )
    except (jwt.PyJWKClientConnectionError, OSError) as error:
        raise Unavailable(_NO_KEYS) from error
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Unauthenticated("The token is broken, expired or not ours.") from error
    return claims


@lru_cache(maxsize=1)
def _keys() -> PyJWKClient:
    """The pool's public keys, fetched once and again when a token names a key that is not among them.

    Raises:
        Unavailable: they cannot be fetched, so no token can be judged.
    """
    from jwt import PyJWKClient, PyJWTError  # noqa: PLC0415

    address = f"{settings().token_keys_base}/{settings(PoolSettings).user_pool_id}/.well-known/jwks.json"
    keys = PyJWKClient(address, cache_keys=True, lifespan=3600, timeout=3)
    try:
        keys.get_jwk_set()
    except (PyJWTError, OSError, ValueError) as error:
        raise Unavailable(_NO_KEYS) from error
    return keys


def _seconds(value: object) -> int:
    """A time claim: a number in a token, sometimes text behind a gateway."""
    try:
        return int(str(value))
    except ValueError:
        return 0
