"""Accounts in Cognito: found, made, changed and signed in. Clients never talk to Cognito themselves.

The pool issues tokens for a password, or for a one-time proof (`functions/proofs`) that only this service can give.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base.errors import Conflict, Invalid, Unauthenticated, Unavailable
from khaya.platform.base.roles import Role
from khaya.platform.base.settings import PoolSettings, settings

Kind = Literal["phone", "email"]

_ATTRIBUTES: dict[Kind, str] = {"phone": "phone_number", "email": "email"}
_REFUSED = {"NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException"} | {
    "PasswordResetRequiredException",
    "RefreshTokenReuseException",
    "InvalidParameterException",  # what was sent as a token or a password has not even the form of one
}


@dataclass(frozen=True)
class Account:
    """A person's account. `phone` and `email` are only there if they are proved."""

    user_id: str
    username: str
    phone: str | None
    email: str | None
    settled: bool
    """Whether the account has a password, if only one that nobody knows. One whose making was interrupted has none."""

    def contact(self, kind: Kind) -> str | None:
        """The proved phone or e-mail."""
        return self.phone if kind == "phone" else self.email


@dataclass(frozen=True)
class Origin:
    """Where a sign-in comes from, for Cognito's threat protection."""

    address: str
    device: str


@dataclass(frozen=True)
class Tokens:
    """What Cognito issued, and what it says of the sign-in."""

    access: str
    id: str
    refresh: str
    expires_in: int
    user_id: str
    session_id: str


class _Refused(Unauthenticated):
    """Cognito does not sign this person in, or knows no such account."""


def find(name: str) -> Account | None:
    """The account that a phone, an e-mail or a person's id names."""
    try:
        found = _call(_cognito().admin_get_user, UserPoolId=_pool_id(), Username=name)
    except _Refused:
        return None
    about = {attribute["Name"]: attribute["Value"] for attribute in found["UserAttributes"]}
    proved = {
        kind: about.get(name) if about.get(f"{name}_verified") == "true" else None for kind, name in _ATTRIBUTES.items()
    }
    return Account(
        user_id=about["sub"],
        username=found["Username"],
        phone=proved["phone"],
        email=proved["email"],
        settled=found["UserStatus"] == "CONFIRMED",
    )


def create(kind: Kind, contact: str, name: str, password: str | None) -> Account:
    """Make the account of somebody who has proved a phone or e-mail, unless there is one.

    Without a `password` it gets one that nobody knows. Run again after an interruption, it finishes the job.
    """
    attribute = _ATTRIBUTES[kind]
    try:
        _cognito().admin_create_user(
            UserPoolId=_pool_id(),
            Username=contact,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "name", "Value": name},
                {"Name": attribute, "Value": contact},
                {"Name": f"{attribute}_verified", "Value": "true"},
            ],
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise _meaning(error) from error
    except BotoCoreError as error:
        raise Unavailable from error
    account = find(contact)
    if account is None:
        raise Unavailable
    return settle(account, password)


def settle(account: Account, password: str | None = None) -> Account:
    """Give an account the password that it lacks."""
    if not account.settled:
        set_password(account.username, password or secrets.token_urlsafe(48))
    return account


def set_password(name: str, password: str) -> None:
    """Set the password.

    Raises:
        Invalid: Cognito does not take it.
    """
    _call(_cognito().admin_set_user_password, UserPoolId=_pool_id(), Username=name, Password=password, Permanent=True)


def set_contact(name: str, kind: Kind, contact: str) -> None:
    """Set a phone or e-mail that its owner has proved.

    Raises:
        Conflict: it belongs to another account.
    """
    attribute = _ATTRIBUTES[kind]
    changes = [{"Name": attribute, "Value": contact}, {"Name": f"{attribute}_verified", "Value": "true"}]
    _call(_cognito().admin_update_user_attributes, UserPoolId=_pool_id(), Username=name, UserAttributes=changes)


def remove(user_id: str) -> None:
    """Remove a person's account, which frees their phone and e-mail; nothing where it is gone."""
    try:
        _call(_cognito().admin_delete_user, UserPoolId=_pool_id(), Username=user_id)
    except _Refused:
        return


def by_password(name: str, password: str, origin: Origin) -> Tokens | None:
    """Sign in; None where name or password are wrong, whichever it is."""
    try:
        return _issued(
            _call(
                _cognito().admin_initiate_auth,
                UserPoolId=_pool_id(),
                ClientId=_client_id(),
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": name, "PASSWORD": password, "SECRET_HASH": _secret_hash(name)},
                ContextData=_context(origin),
            )
        )
    except _Refused:
        return None


def by_proof(username: str, proof: str, origin: Origin) -> Tokens | None:
    """Sign in somebody whose one-time proof stands in the Challenges table; None where it does not stand there."""
    whose = {"USERNAME": username, "SECRET_HASH": _secret_hash(username)}
    pool = {"UserPoolId": _pool_id(), "ClientId": _client_id(), "ContextData": _context(origin)}
    try:
        begun = _call(_cognito().admin_initiate_auth, **pool, AuthFlow="CUSTOM_AUTH", AuthParameters=whose)
        return _issued(
            _call(
                _cognito().admin_respond_to_auth_challenge,
                **pool,
                ChallengeName="CUSTOM_CHALLENGE",
                Session=begun["Session"],
                ChallengeResponses={**whose, "ANSWER": proof},
            )
        )
    except _Refused:
        return None


def refreshed(refresh_token: str) -> Tokens | None:
    """New tokens for a refresh token; None where it is used up, expired, revoked or not ours.

    The pool's client rotates refresh tokens, so the answer holds a new one; where it does not, the old one stays good.
    """
    try:
        answer = _call(
            _cognito().get_tokens_from_refresh_token,
            ClientId=_client_id(),
            ClientSecret=_client_secret(),
            RefreshToken=refresh_token,
        )
    except _Refused:
        return None
    result = answer["AuthenticationResult"]
    return _issued({"AuthenticationResult": {"RefreshToken": refresh_token, **result}})


def set_groups(user_id: str, *, add: Collection[Role], remove: Collection[Role]) -> None:
    """Put a person into groups and take them out of others. Both may be done any number of times.

    Raises:
        Unavailable: Cognito did not do all of it; the same call makes up for it.
    """
    person = {"UserPoolId": settings(PoolSettings).user_pool_id, "Username": user_id}
    try:
        for role in sorted(remove):
            _cognito().admin_remove_user_from_group(**person, GroupName=role)
        for role in sorted(add):
            _cognito().admin_add_user_to_group(**person, GroupName=role)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("Your roles could not all be changed. Please send the same request again.") from error


def _issued(answer: dict[str, Any]) -> Tokens:
    if "AuthenticationResult" not in answer:  # a further challenge, such as a temporary password to be changed
        raise _Refused
    result = answer["AuthenticationResult"]
    claims = _claims(result["AccessToken"])
    return Tokens(
        access=result["AccessToken"],
        id=result["IdToken"],
        refresh=result["RefreshToken"],
        expires_in=result["ExpiresIn"],
        user_id=claims["sub"],
        session_id=claims["origin_jti"],
    )


def _claims(token: str) -> dict[str, Any]:
    """The claims of a token that came from Cognito itself this moment, and so needs no verification."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _context(origin: Origin) -> dict[str, Any]:
    headers = [{"headerName": "User-Agent", "headerValue": origin.device}]
    return {
        "IpAddress": origin.address,
        "ServerName": "khaya",
        "ServerPath": "/auth/tokens",
        "HttpHeaders": headers,
    }


def _call(operation: Callable[..., Any], **request: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = operation(**request)
    except ClientError as error:
        raise _meaning(error) from error
    except BotoCoreError as error:
        raise Unavailable from error
    return answer


def _meaning(error: ClientError) -> Exception:
    match error.response["Error"]["Code"]:
        case code if code in _REFUSED:
            return _Refused()
        case "InvalidPasswordException":
            return Invalid([("password", "is not one that can be used")])
        case "AliasExistsException":
            return Conflict("It belongs to another account.")
    return Unavailable()


def _secret_hash(username: str) -> str:
    """Proof towards Cognito that whoever signs a person in knows the client's secret."""
    digest = hmac.digest(_client_secret().encode(), (username + _client_id()).encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def _pool_id() -> str:
    return settings(PoolSettings).user_pool_id


def _client_id() -> str:
    return settings(PoolSettings).user_pool_client_id


@lru_cache(maxsize=1)
def _client_secret() -> str:
    """The client's secret, fetched once: it stands in no environment. A new secret is a new client."""
    answer = _call(_cognito().describe_user_pool_client, UserPoolId=_pool_id(), ClientId=_client_id())
    value: str = answer["UserPoolClient"]["ClientSecret"]
    return value


@lru_cache(maxsize=1)
def _cognito() -> Any:
    """Cognito's client. Triggers may take five seconds and be cold, so it waits longer than others."""
    retries = {"mode": "standard", "total_max_attempts": 2}
    return clients.client("cognito-idp", connect_timeout=1, read_timeout=6, retries=retries)
