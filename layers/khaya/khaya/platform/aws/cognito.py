"""Accounts in the Cognito user pool: find, create, change, sign in. Clients never call Cognito themselves.

The pool issues tokens for a password, or for a one-time proof that only this service can create (see `sign_in.store`).
"""

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
from khaya.platform.base import claims
from khaya.platform.base.errors import Conflict, FieldProblem, Invalid, TooMany, Unauthenticated, Unavailable
from khaya.platform.base.roles import Role, roles_in
from khaya.platform.base.settings import PoolSettings, settings

Kind = Literal["phone", "email"]

_ATTRIBUTES: dict[Kind, str] = {"phone": "phone_number", "email": "email"}
_SIGN_IN_REFUSED = {"NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException"} | {
    "PasswordResetRequiredException",
    "RefreshTokenReuseException",
    "InvalidParameterException",  # the token or password is malformed
}

_LOCKED = "Password attempts exceeded"
"""How the message of a `NotAuthorizedException` begins that is about Cognito's lock of a person."""
LOCKED_SECONDS = 60


@dataclass(frozen=True)
class CognitoUser:
    """An account. `phone` and `email` are None unless they are verified."""

    subject: str
    """Its `sub`, which names the account in all calls, but is no person's id."""
    username: str
    phone: str | None
    email: str | None
    has_password: bool
    """Whether a password was set, if only a random one. False if the creation was interrupted."""

    def contact(self, kind: Kind) -> str | None:
        """The verified phone or e-mail."""
        return self.phone if kind == "phone" else self.email


@dataclass(frozen=True)
class Origin:
    """The network address and device of a sign-in, for Cognito's threat protection."""

    address: str
    device: str


@dataclass(frozen=True)
class Tokens:
    """The tokens that Cognito issued, and the person and session in them."""

    access: str
    id: str
    refresh: str
    expires_in: int
    user_id: str
    subject: str
    session_id: str
    roles: frozenset[Role] = frozenset()


class TooManyWrongPasswords(TooMany):
    """The password is not compared, so it is neither right nor wrong.

    Cognito does not say how long it compares none of a person's: at most fifteen minutes.
    """

    def __init__(self, seconds: int = LOCKED_SECONDS) -> None:
        super().__init__("Too many wrong passwords. Please wait a little.", seconds, code="too_many_wrong_passwords")


class _SignInRefused(Unauthenticated):
    """Cognito refused the sign-in, or the account does not exist."""


def find(name: str) -> CognitoUser | None:
    """The account of a phone, an e-mail or a `sub`; None if there is none."""
    try:
        found = _call(_cognito().admin_get_user, UserPoolId=_pool_id(), Username=name)
    except _SignInRefused:
        return None
    attributes = {attribute["Name"]: attribute["Value"] for attribute in found["UserAttributes"]}
    verified = {
        kind: attributes.get(name) if attributes.get(f"{name}_verified") == "true" else None
        for kind, name in _ATTRIBUTES.items()
    }
    return CognitoUser(
        subject=attributes["sub"],
        username=found["Username"],
        phone=verified["phone"],
        email=verified["email"],
        has_password=found["UserStatus"] == "CONFIRMED",
    )


def create(kind: Kind, contact: str, name: str, password: str | None) -> CognitoUser:
    """Create the account of a verified phone or e-mail, unless it exists, and return it.

    Without a `name` the account has none, and without a `password` it gets a random one. Idempotent: a repeated call
    completes an interrupted one.
    """
    attribute = _ATTRIBUTES[kind]
    try:
        _cognito().admin_create_user(
            UserPoolId=_pool_id(),
            Username=contact,
            MessageAction="SUPPRESS",
            UserAttributes=[
                *([{"Name": "name", "Value": name}] if name else []),
                {"Name": attribute, "Value": contact},
                {"Name": f"{attribute}_verified", "Value": "true"},
            ],
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise _exception_of(error) from error
    except BotoCoreError as error:
        raise Unavailable from error
    account = find(contact)
    if account is None:
        raise Unavailable
    return ensure_password(account, password)


def ensure_password(account: CognitoUser, password: str | None = None) -> CognitoUser:
    """Set the password of an account that has none: `password`, or a random one."""
    if not account.has_password:
        set_password(account.username, password or secrets.token_urlsafe(48))
    return account


def set_password(name: str, password: str) -> None:
    """Set the password.

    Raises:
        Invalid: Cognito does not accept the password.
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


def delete(subject: str) -> None:
    """Delete an account, if it exists, which frees its phone and e-mail in the pool."""
    try:
        _call(_cognito().admin_delete_user, UserPoolId=_pool_id(), Username=subject)
    except _SignInRefused:
        return


def sign_in_with_password(name: str, password: str, origin: Origin) -> Tokens | None:
    """Sign in with a password; None if the name or the password is wrong.

    Raises:
        TooManyWrongPasswords: Cognito compares no password of this person for now.
    """
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
    except _SignInRefused:
        return None


def sign_in_with_proof(username: str, proof: str, origin: Origin) -> Tokens | None:
    """Sign in with a one-time proof; None if the proof is not in the Challenges table."""
    credentials = {"USERNAME": username, "SECRET_HASH": _secret_hash(username)}
    pool = {"UserPoolId": _pool_id(), "ClientId": _client_id(), "ContextData": _context(origin)}
    try:
        challenge = _call(_cognito().admin_initiate_auth, **pool, AuthFlow="CUSTOM_AUTH", AuthParameters=credentials)
        return _issued(
            _call(
                _cognito().admin_respond_to_auth_challenge,
                **pool,
                ChallengeName="CUSTOM_CHALLENGE",
                Session=challenge["Session"],
                ChallengeResponses={**credentials, "ANSWER": proof},
            )
        )
    except _SignInRefused:
        return None


def refresh_tokens(refresh_token: str) -> Tokens | None:
    """New tokens for a refresh token; None if it is used, expired, revoked or invalid.

    The pool's client rotates refresh tokens. If the response has no new one, the old one stays valid.
    """
    try:
        answer = _call(
            _cognito().get_tokens_from_refresh_token,
            ClientId=_client_id(),
            ClientSecret=_client_secret(),
            RefreshToken=refresh_token,
        )
    except _SignInRefused:
        return None
    result = answer["AuthenticationResult"]
    return _issued({"AuthenticationResult": {"RefreshToken": refresh_token, **result}})


def revoke(refresh_token: str) -> None:
    """Revoke a refresh token and all tokens of its sign-in. Idempotent; a token that is not valid needs none."""
    try:
        _call(_cognito().revoke_token, Token=refresh_token, ClientId=_client_id(), ClientSecret=_client_secret())
    except _SignInRefused:
        return


def set_groups(subject: str | None, *, add: Collection[Role], remove: Collection[Role]) -> None:
    """Add an account to groups and remove it from others. Idempotent. Nothing happens without an account.

    Raises:
        Unavailable: some changes failed; the same call can be repeated.
    """
    if subject is None:
        return
    person = {"UserPoolId": settings(PoolSettings).user_pool_id, "Username": subject}
    try:
        for role in sorted(remove):
            _cognito().admin_remove_user_from_group(**person, GroupName=role)
        for role in sorted(add):
            _cognito().admin_add_user_to_group(**person, GroupName=role)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("Your roles could not all be changed. Please send the same request again.") from error


def _issued(answer: dict[str, Any]) -> Tokens:
    if "AuthenticationResult" not in answer:  # a further challenge, for example to change a temporary password
        raise _SignInRefused
    result = answer["AuthenticationResult"]
    found = _claims(result["AccessToken"])
    return Tokens(
        access=result["AccessToken"],
        id=result["IdToken"],
        refresh=result["RefreshToken"],
        expires_in=result["ExpiresIn"],
        user_id=found[claims.USER_ID],
        subject=found["sub"],
        session_id=found["origin_jti"],
        roles=roles_in(found.get("cognito:groups")),
    )


def _claims(token: str) -> dict[str, Any]:
    """The claims of a token that Cognito just issued, without verification."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


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
        raise _exception_of(error) from error
    except BotoCoreError as error:
        raise Unavailable from error
    return answer


def _exception_of(error: ClientError) -> Exception:
    if error.response["Error"].get("Message", "").startswith(_LOCKED):
        return TooManyWrongPasswords()
    match error.response["Error"]["Code"]:
        case code if code in _SIGN_IN_REFUSED:
            return _SignInRefused()
        case "InvalidPasswordException":
            return Invalid([FieldProblem("password", "is not one that can be used", "unusable_password")])
        case "AliasExistsException":
            return Conflict("It belongs to another account.")
    return Unavailable()


def _secret_hash(username: str) -> str:
    """Cognito's `SECRET_HASH`, which proves that the caller knows the app client's secret."""
    digest = hmac.digest(_client_secret().encode(), (username + _client_id()).encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def _pool_id() -> str:
    return settings(PoolSettings).user_pool_id


def _client_id() -> str:
    return settings(PoolSettings).user_pool_client_id


@lru_cache(maxsize=1)
def _client_secret() -> str:
    """The app client's secret, fetched once. It never changes: a new secret needs a new app client."""
    answer = _call(_cognito().describe_user_pool_client, UserPoolId=_pool_id(), ClientId=_client_id())
    value: str = answer["UserPoolClient"]["ClientSecret"]
    return value


def _cognito() -> Any:
    """The Cognito client. Its timeout is longer than others', because triggers may take five seconds."""
    return clients.client("cognito-idp", connect_timeout=1, read_timeout=6, attempts=2)
