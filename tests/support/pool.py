"""The user pool of moto, with custom authentication and refresh tokens, which moto lacks.

The triggers are the real functions. Access tokens are signed, and refresh tokens are opaque and rotate, as in Cognito.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
from moto.backends import get_backend
from moto.cognitoidp.exceptions import NotAuthorizedError, UserNotFoundError
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult

from khaya.platform.base import clock
from tests.support.client import Context, app
from tests.support.stand_in import ACCOUNT, REGION, client
from tests.support.template import function_environment, resources
from tests.support.tokens import claims, token

CLIENT_SECRET = "the-secret-of-the-client"
GRACE_SECONDS = 60


@dataclass
class Refresh:
    """An issued refresh token."""

    username: str
    session: str
    signed_in_at: int
    replaced_at: int | None = None


@dataclass
class Pool:
    """The operations that moto lacks."""

    refreshes: dict[str, Refresh] = field(default_factory=dict)
    begun: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    """Sign-ins whose refresh tokens were revoked."""
    calls: list[str] = field(default_factory=list)
    """Names of the calls that were made."""
    down: bool = False
    locks: bool = False
    """Whether people are locked after five wrong passwords, for a second that doubles with each."""
    wrong: dict[str, list[int]] = field(default_factory=dict)
    """The times of each person's wrong passwords."""

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Replace moto's operations, behind the real client."""
        for name in (
            "admin_initiate_auth",
            "admin_respond_to_auth_challenge",
            "get_tokens_from_refresh_token",
            "describe_user_pool_client",
            "revoke_token",
        ):
            answer = getattr(self, name)
            monkeypatch.setattr(
                CognitoIdpResponse, name, lambda response, answer=answer: ActionResult(answer(response)), raising=False
            )
        cognito = client("cognito-idp")
        properties = resources("AWS::Cognito::UserPool")["UserPool"]
        made = cognito.create_user_pool(
            PoolName="khaya", UsernameAttributes=properties["UsernameAttributes"], Policies=properties["Policies"]
        )
        pools = get_backend("cognito-idp")[ACCOUNT][REGION].user_pools
        pool_id = function_environment()["USER_POOL_ID"]
        pools[pool_id] = pools.pop(made["UserPool"]["Id"])
        pools[pool_id].id = pool_id
        for role in ("buyer", "worker", "seller", "admin"):
            cognito.create_group(UserPoolId=pool_id, GroupName=role)

    def uninstall(self) -> None:
        """Remove the pool, since other tests have a simpler one."""
        get_backend("cognito-idp")[ACCOUNT][REGION].user_pools.pop(function_environment()["USER_POOL_ID"])

    def describe_user_pool_client(self, response: Any) -> dict[str, Any]:
        return {"UserPoolClient": {"ClientId": response._get_param("ClientId"), "ClientSecret": CLIENT_SECRET}}

    def admin_initiate_auth(self, response: Any) -> dict[str, Any]:
        if self.down:
            raise JsonRESTError("TooManyRequestsException", "Rate exceeded")
        sent = response._get_param("AuthParameters")
        _check_secret_hash(sent)
        user = _user(sent["USERNAME"])
        if response._get_param("AuthFlow") == "ADMIN_USER_PASSWORD_AUTH":
            if user is not None and self.locks and self._is_locked(user.username):
                raise NotAuthorizedError("Password attempts exceeded")
            if user is not None:
                self.wrong.setdefault(user.username, []).append(_now())
            if user is None or user.password != sent["PASSWORD"] or user.status != "CONFIRMED":
                raise NotAuthorizedError("Incorrect username or password.")
            self.wrong.pop(user.username)
            return self._issued(user, secrets.token_hex(16))
        if user is None:
            raise UserNotFoundError("User does not exist.")
        session = secrets.token_hex(16)
        self.begun[session] = (user.username, [])
        assert self._define(user, [])["challengeName"] == "CUSTOM_CHALLENGE"
        self._trigger("CreateAuthChallenge", user, challengeName="CUSTOM_CHALLENGE", session=[])
        return {"ChallengeName": "CUSTOM_CHALLENGE", "Session": session, "ChallengeParameters": {}}

    def _is_locked(self, username: str) -> bool:
        times = self.wrong.get(username, [])
        return len(times) >= 5 and _now() < times[-1] + 2 ** (len(times) - 5)

    def admin_respond_to_auth_challenge(self, response: Any) -> dict[str, Any]:
        sent = response._get_param("ChallengeResponses")
        _check_secret_hash(sent)
        username, _ = self.begun.pop(response._get_param("Session"))
        user = _user(username)
        verified = self._trigger("VerifyAuthChallengeResponse", user, challengeAnswer=sent["ANSWER"])
        step = {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": verified["answerCorrect"]}
        decided = self._define(user, [step])
        if decided["failAuthentication"] or not decided["issueTokens"]:
            raise NotAuthorizedError("Incorrect username or password.")
        return self._issued(user, secrets.token_hex(16))

    def get_tokens_from_refresh_token(self, response: Any) -> dict[str, Any]:
        assert response._get_param("ClientSecret") == CLIENT_SECRET
        known = self.refreshes.get(response._get_param("RefreshToken"))
        now = _now()
        self.calls.append("get_tokens_from_refresh_token")
        if (
            known is None
            or known.session in self.revoked
            or (known.replaced_at is not None and now - known.replaced_at > GRACE_SECONDS)
        ):
            raise NotAuthorizedError("Invalid Refresh Token")
        known.replaced_at = known.replaced_at or now
        return self._issued(_user(known.username), known.session, known.signed_in_at)

    def revoke_token(self, response: Any) -> dict[str, Any]:
        """Revoke all refresh tokens of the token's sign-in."""
        assert response._get_param("ClientSecret") == CLIENT_SECRET
        if self.down:
            raise JsonRESTError("TooManyRequestsException", "Rate exceeded")
        known = self.refreshes.get(response._get_param("Token"))
        if known is not None:
            self.revoked.add(known.session)
        return {}

    def _issued(self, user: Any, session: str, signed_in_at: int | None = None) -> dict[str, Any]:
        groups = [group.group_name for group in user.groups]
        source = "RefreshTokens" if signed_in_at else "Authentication"
        answer = self._trigger(
            "TokenGeneration", user, source, function="pre_token", groupConfiguration={"groupsToOverride": groups}
        )
        added = answer["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]["claimsToAddOrOverride"]
        signed_in_at = signed_in_at or _now()
        about = {"origin_jti": session, "auth_time": signed_in_at, "sub": user.id, **added}
        refresh = secrets.token_urlsafe(600)
        self.refreshes[refresh] = Refresh(user.username, session, signed_in_at)
        return {
            "AuthenticationResult": {
                "AccessToken": token(claims(user.id, tuple(groups), **about)),
                "IdToken": token(claims(user.id, token_use="id", **about)),
                "RefreshToken": refresh,
                "ExpiresIn": 3600,
                "TokenType": "Bearer",
            }
        }

    def _define(self, user: Any, session: list[dict[str, Any]]) -> dict[str, Any]:
        return self._trigger("DefineAuthChallenge", user, session=session, userNotFound=False)

    def _trigger(
        self, name: str, user: Any, source: str = "Authentication", function: str = "verify_challenge", **request: Any
    ) -> dict[str, Any]:
        attributes = {one["Name"]: one["Value"] for one in user.attributes}
        event = {
            "version": "2" if function == "pre_token" else "1",
            "triggerSource": f"{name}_{source}",
            "userPoolId": function_environment()["USER_POOL_ID"],
            "userName": user.username,
            "request": {"userAttributes": {**attributes, "sub": user.id}, **request},
            "response": {},
        }
        answer: dict[str, Any] = app(function).handler(event, Context())["response"]
        return answer


def account(contact: str) -> dict[str, str] | None:
    """The attributes of the account that a phone or e-mail names."""
    user = _user(contact)
    return {one["Name"]: one["Value"] for one in user.attributes} if user else None


def _now() -> int:
    return clock.epoch(clock.now())


def _user(name: str) -> Any:
    pool = get_backend("cognito-idp")[ACCOUNT][REGION].user_pools[function_environment()["USER_POOL_ID"]]
    return pool._get_user(name) or next((user for user in pool.users.values() if user.id == name), None)


def _check_secret_hash(sent: dict[str, str]) -> None:
    text = sent["USERNAME"] + function_environment()["USER_POOL_CLIENT_ID"]
    due = base64.b64encode(hmac.digest(CLIENT_SECRET.encode(), text.encode(), hashlib.sha256)).decode()
    if sent["SECRET_HASH"] != due:
        raise NotAuthorizedError("SecretHash does not match for the client")
