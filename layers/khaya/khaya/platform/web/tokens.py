"""Verifies access tokens on routes without API Gateway's authorizer: public routes, and all under `sam local`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from khaya.platform.base.errors import Unauthenticated, Unavailable
from khaya.platform.base.settings import PoolSettings, settings

if TYPE_CHECKING:
    from jwt import PyJWKClient

_KEYS_UNAVAILABLE = "Sign-in cannot be checked at the moment."


def verified_claims(headers: Mapping[str, str]) -> dict[str, Any] | None:
    """The claims of the bearer token in the request's headers; None if there is no token.

    Raises:
        Unauthenticated: the header is malformed, or the token's signature, issuer or expiry is invalid.
        Unavailable: the user pool's public keys cannot be fetched.
    """
    token = _bearer(headers)
    return None if token is None else _verified(token)


def _bearer(headers: Mapping[str, str]) -> str | None:
    value = next((value for name, value in headers.items() if name.lower() == "authorization"), None)
    if value is None:
        return None
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("The Authorization header must read: Bearer, a blank, the access token.")
    return token.strip()


def _verified(token: str) -> dict[str, Any]:
    """The claims of a token after its signature, issuer and expiry were verified."""
    import jwt  # noqa: PLC0415 - slow to import, and most requests do not need it

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
        raise Unavailable(_KEYS_UNAVAILABLE) from error
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Unauthenticated("The token is broken, expired or not ours.") from error
    return claims


@lru_cache(maxsize=1)
def _keys() -> PyJWKClient:
    """The user pool's public keys, cached; fetched again if a token names an unknown key.

    Raises:
        Unavailable: the keys cannot be fetched.
    """
    from jwt import PyJWKClient, PyJWTError  # noqa: PLC0415

    address = f"{settings().token_keys_base}/{settings(PoolSettings).user_pool_id}/.well-known/jwks.json"
    keys = PyJWKClient(address, cache_keys=True, lifespan=3600, timeout=3)
    try:
        keys.get_jwk_set()
    except (PyJWTError, OSError, ValueError) as error:
        raise Unavailable(_KEYS_UNAVAILABLE) from error
    return keys
