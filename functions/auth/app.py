"""Sign-in over REST: codes, tokens, contacts, the password, and one's sessions."""

from __future__ import annotations

import hmac
import ipaddress
import unicodedata
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.platform.aws import cognito, secrets
from khaya.platform.aws.cognito import Origin
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.settings import KeySettings, SignInSettings, require, settings
from khaya.platform.data.pages import Limit, Page
from khaya.platform.web.access import SIGNED_IN, Access
from khaya.platform.web.api import Api
from khaya.sessions import service as sessions
from khaya.sessions.model import LONGEST_DEVICE, UNKNOWN_DEVICE, Session
from khaya.sign_in import service, store
from khaya.sign_in.model import (
    CODE_SECONDS,
    Challenge,
    CodeAnswer,
    CodeRequest,
    ContactChange,
    Password,
    SignUp,
    TokenRequest,
)
from khaya.users.store import pass_account_guard

require(KeySettings, SignInSettings)

ANYBODY = Access("anybody", public=True, remembered=False)
ONESELF = Access("any signed-in person", remembered=False)

_NOWHERE = "0.0.0.0"  # noqa: S104  # nosec B104 - stands for an address that the gateway did not tell
_SITE_BITS = 64
"""Of an IPv6 address: who has one has all that begin so."""

api = Api("Sign-in", pass_account_guard)


class Challenged(Model):
    """A code is on its way, if there is anybody to send it to."""

    challenge: str
    expires_in: int


class TokensView(Model):
    """What a signed-in client holds."""

    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int


class ContactsView(Model):
    """How a person is reached and signs in."""

    phone: str | None
    email: str | None


class PasswordRequest(RequestModel):
    """A new password."""

    password: Password


class PasswordView(Model):
    """When the password was changed."""

    changed_at: str


class SessionView(Model):
    """One sign-in of one's own."""

    id: str
    device: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


@api.post("/auth/sign-up", ANYBODY, "Sign up", body=Challenged)
def sign_up(wanted: Annotated[SignUp, Body()]) -> Response[Challenged]:
    """Sends a code; its answer at `POST /auth/tokens` proves the phone, or the e-mail with `channel: email`.

    Only what was proved becomes part of the account; the other is added with `POST /auth/contacts`. Where there is an
    account already, the answer signs in to it and changes nothing. Newcomers hold no role yet: they take up what they
    want with `PUT /profiles/me/roles`.
    """
    _count_address()
    return _challenged(service.sign_up(wanted, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/auth/codes", ANYBODY, "Ask for a one-time code", body=Challenged)
def ask_code(wanted: Annotated[CodeRequest, Body()]) -> Response[Challenged]:
    """Sends a code to the owner of an account, to its own phone or e-mail; the answer is the same if there is none."""
    _count_address()
    return _challenged(service.ask_code(wanted.username, wanted.channel, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/auth/tokens", ANYBODY, "Sign in, or renew tokens", body=TokensView)
def tokens(wanted: Annotated[TokenRequest, Body()]) -> Response[TokensView]:
    """For a code, for a password, or for a refresh token, which a new one replaces.

    The session's device is the `X-Device-Name` header, else the `User-Agent`.
    """
    _count_address()
    if wanted.challenge is not None and wanted.code is not None:
        answer = CodeAnswer(challenge=wanted.challenge, code=wanted.code)
        issued, refresh = service.by_code(answer, _origin(), now=api.now, unit_of_work=api.unit_of_work)
        api.count("SignedInByCode")
    elif wanted.username is not None and wanted.password is not None:
        issued, refresh = service.by_password(
            wanted.username, wanted.password, _origin(), now=api.now, unit_of_work=api.unit_of_work
        )
        api.count("SignedInByPassword")
    else:
        issued, refresh = service.refresh(wanted.refresh_token or "", now=api.now, unit_of_work=api.unit_of_work)
        api.count("TokensRefreshed")
    return api.answer(
        TokensView(
            access_token=issued.access,
            id_token=issued.id,
            refresh_token=refresh.text,
            expires_in=issued.expires_in,
        )
    )


@api.post("/auth/sign-out", ONESELF, "Sign out", status=204)
def sign_out() -> Response[None]:
    """Ends the session whose token is sent."""
    sessions.sign_out(api.caller.session_id, api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("SignedOut")
    return api.answer(None, status=204)


@api.post("/auth/contacts", ONESELF, "Add or change one's phone or e-mail", body=Challenged)
def ask_contact(wanted: Annotated[ContactChange, Body()]) -> Response[Challenged]:
    """Sends a code to the new phone or e-mail. Needs a sign-in less than ten minutes old."""
    api.require_recent_sign_in()
    return _challenged(service.ask_contact(wanted.proves, api.caller, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/auth/contacts/proof", ONESELF, "Prove a new phone or e-mail", body=ContactsView)
def prove_contact(answer: Annotated[CodeAnswer, Body()]) -> Response[ContactsView]:
    """Takes it over, in the same session that asked for the code."""
    contacts = service.prove_contact(answer, api.caller, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ContactProved")
    return api.answer(ContactsView(phone=contacts["phone"], email=contacts["email"]))


@api.put("/auth/password", ONESELF, "Set one's password", body=PasswordView)
def set_password(wanted: Annotated[PasswordRequest, Body()]) -> Response[PasswordView]:
    """Needs a sign-in less than ten minutes old."""
    api.require_recent_sign_in()
    cognito.set_password(api.caller.user_id, wanted.password)
    api.count("PasswordSet")
    return api.answer(PasswordView(changed_at=api.now))


@api.get("/sessions", SIGNED_IN, "One's sessions", body=Page[SessionView])
def list_sessions(
    limit: Annotated[Limit | None, Query()] = None, cursor: Annotated[str | None, Query()] = None
) -> Response[Page[SessionView]]:
    """Those that are neither ended nor expired, newest first."""
    page_request = api.page_request(limit, cursor, private=True)
    found = sessions.listed(api.caller.user_id, now=api.now, page_request=page_request)
    return api.answer(
        Page(items=[_shown(one) for one in found.items], next_cursor=page_request.cursor_after(found.after))
    )


@api.delete("/sessions", SIGNED_IN, "End all one's sessions", status=204)
def end_all() -> Response[None]:
    """The one that asks as well."""
    sessions.end_all(api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("AllSessionsEnded")
    return api.answer(None, status=204)


@api.delete("/sessions/<session_id>", SIGNED_IN, "End one of one's sessions", status=204)
def end(session_id: str) -> Response[None]:
    """Its refresh token and its access token are refused from now on."""
    sessions.end(session_id, api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("SessionEnded")
    return api.answer(None, status=204)


def _challenged(challenge: Challenge) -> Response[Challenged]:
    return api.answer(Challenged(challenge=challenge.id, expires_in=CODE_SECONDS))


def _shown(session: Session) -> SessionView:
    return SessionView(
        id=session.id,
        device=session.device,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        current=session.id == api.caller.session_id,
    )


def _count_address() -> None:
    limit = settings(SignInSettings).sign_ins_per_address
    if limit:
        store.count_call(secrets.keyed_hash("address", _site(_address())), limit, api.now)


def _origin() -> Origin:
    told = _header("X-Device-Name") or _header("User-Agent") or ""
    readable = "".join(sign for sign in told if unicodedata.category(sign)[0] != "C").strip()[:LONGEST_DEVICE]
    return Origin(address=_address(), device=readable or UNKNOWN_DEVICE)


def _address() -> str:
    """Where the client is: what the CDN says, if the CDN proves that it is the CDN; else who called the gateway."""
    context = api.resolver.current_event.raw_event["requestContext"]
    address: str = (context.get("identity") or {}).get("sourceIp") or _NOWHERE
    viewer, proof = _header("CloudFront-Viewer-Address"), _header("X-Khaya-Edge")
    secret = settings(SignInSettings).edge_secret_arn
    if viewer and proof and secret and hmac.compare_digest(proof.encode(), secrets.secret(secret).encode()):
        address = viewer.rpartition(":")[0].strip("[]")
    return address


def _site(address: str) -> str:
    """The address as it is counted."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, _SITE_BITS), strict=False)) if ip.version == 6 else address


def _header(name: str) -> str | None:
    headers: dict[str, str] = api.resolver.current_event.raw_event.get("headers") or {}
    return next((value for key, value in headers.items() if key.lower() == name.lower()), None)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
