"""Claims of this application in Cognito's tokens, and the checks of an access token's claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from khaya.platform.base.errors import Unauthenticated
from khaya.platform.base.settings import PoolSettings, settings

USER_ID: Final = "khaya_user_id"
"""The claim with a person's id. The pre-token trigger adds it; Cognito's own `sub` only names the account."""


def check(found: Mapping[str, Any]) -> None:
    """Check the claims that API Gateway's authorizer does not check: it accepts every client of the user pool.

    Raises:
        Unauthenticated: the token is not an access token, was issued to another application, lacks the API's scope, or
            names nobody.
    """
    if found.get("token_use") != "access":
        raise Unauthenticated("An access token is needed here, not another kind of token.")
    if found.get("client_id") != settings(PoolSettings).user_pool_client_id:
        raise Unauthenticated("The token was issued to another application.")
    if settings().token_scope not in str(found.get("scope", "")).split():
        raise Unauthenticated("The token does not carry this API's scope.")
    if not found.get("sub"):
        raise Unauthenticated("The token has no subject.")
    user_id = found.get(USER_ID)
    if not isinstance(user_id, str) or not user_id:
        raise Unauthenticated("The token does not name a person. Please sign in again.")


def seconds(value: object) -> int:
    """A time claim in whole seconds: a number in a token, sometimes text behind API Gateway."""
    try:
        return int(str(value))
    except ValueError:
        return 0
