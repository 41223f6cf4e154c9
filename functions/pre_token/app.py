"""Cognito's pre-token trigger (version 2): adds the API's scope to access tokens, and creates newcomers' records.

It does not refer to the pool, which refers to it.
"""

from __future__ import annotations

from typing import Any

from khaya.platform.base import clock
from khaya.platform.base.roles import ROLES, roles_in
from khaya.platform.base.settings import KeySettings, require, settings
from khaya.profiles import service
from khaya.users.model import User

require(KeySettings)

SELF_SERVICE = "aws.cognito.signin.user.admin"
"""Cognito's own scope, by which holders of a token could change their attributes without this API."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer Cognito. A failure here refuses the sign-in, so that nobody is signed in without their records."""
    del context
    if event["triggerSource"] != "TokenGeneration_RefreshTokens":
        _welcome(event)
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "accessTokenGeneration": {"scopesToAdd": [settings().token_scope], "scopesToSuppress": [SELF_SERVICE]}
    }
    return event


def _welcome(event: dict[str, Any]) -> None:
    now = clock.now()
    about = event["request"]["userAttributes"]
    held = roles_in((event["request"].get("groupConfiguration") or {}).get("groupsToOverride") or [])
    phone, email = about.get("phone_number") or None, about.get("email") or None
    contact = User(user_id=about["sub"], phone=phone, email=email, created_at=now)
    roles = sorted(held, key=ROLES.index)
    service.create_records(about["sub"], name=about.get("name"), contact=contact, roles=roles, now=now)
