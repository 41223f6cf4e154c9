"""The user pool's pre-token trigger (version 2): adds the person's id and the API's scope to tokens.

At an account's first token it gives the account a person and creates the person's records. It does not refer to the
user pool, because the pool refers to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khaya.identities import service
from khaya.identities.service import VerifiedAccount
from khaya.platform.base import claims, clock
from khaya.platform.base.roles import ROLES, roles_in
from khaya.platform.base.settings import KeySettings, require, settings

require(KeySettings)

SELF_SERVICE = "aws.cognito.signin.user.admin"
"""Cognito's own scope, with which holders of a token could change their attributes without this API."""
REFRESH = "TokenGeneration_RefreshTokens"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The event with the claims and scopes of the tokens. An error refuses the sign-in."""
    del context
    account = _account(event["request"])
    user_id = service.find_person(account.subject) if event["triggerSource"] == REFRESH else None
    user_id = user_id or service.welcome(account, clock.now())
    added = {"claimsToAddOrOverride": {claims.USER_ID: user_id}}
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "idTokenGeneration": added,
        "accessTokenGeneration": {
            **added,
            "scopesToAdd": [settings().token_scope],
            "scopesToSuppress": [SELF_SERVICE],
        },
    }
    return event


def _account(request: Mapping[str, Any]) -> VerifiedAccount:
    attributes = request["userAttributes"]
    held = roles_in((request.get("groupConfiguration") or {}).get("groupsToOverride") or [])
    return VerifiedAccount(
        subject=attributes["sub"],
        name=attributes.get("name"),
        phone=service.verified_contact(attributes, "phone_number"),
        email=service.verified_contact(attributes, "email"),
        roles=sorted(held, key=ROLES.index),
    )
