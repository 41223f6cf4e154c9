"""Routes of sign-in: codes, tokens, contacts, the password, and sessions."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from khaya.platform.base import clock
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.roles import ROLES, Role
from khaya.platform.base.settings import KeySettings, MessageLimits, SignInSettings, require
from khaya.platform.data.pages import Page
from khaya.platform.web.access import RECENT_SECONDS, SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.sessions import service as sessions
from khaya.sessions.model import Session
from khaya.sign_in import contacts, limits, service
from khaya.sign_in.cookies import clear_refresh_cookie, refresh_cookie, set_refresh_cookie
from khaya.sign_in.model import (
    CODE_SECONDS,
    Challenge,
    CodeAnswer,
    CodeRequest,
    ContactChange,
    Password,
    SignUp,
    StepUp,
    TokenRequest,
)
from khaya.sign_in.origins import origin_of
from khaya.users.store import pass_account_guard

require(KeySettings, MessageLimits, SignInSettings, queues=("code_delivery",))

ANYBODY = Access("anybody", public=True, recorded=False, also_suspended=True)
ONESELF = Access("any signed-in person", recorded=False)
RECENTLY = Access("any signed-in person, after a recent sign-in", recent_sign_in=True, recorded=False)
ALSO_SUSPENDED = Access("any signed-in person", recorded=False, also_suspended=True)


api: Api = Api(
    "Sign-in",
    pass_account_guard,
    on_arrival=lambda: limits.count_arrival(api.event, api.visitor, api.now),
    on_body=lambda body: limits.count_identities(body, api.event, api.now),
)


class Challenged(Model):
    """The challenge. A code was sent if there is anybody to send it to."""

    challenge: str
    expires_in: int


class TokensView(Model):
    """The tokens of a signed-in client."""

    access_token: str
    id_token: str
    refresh_token: Annotated[str | None, Field(description="null where it comes as a cookie.")]
    expires_in: int
    user_id: str
    roles: Annotated[list[Role], Field(description="The roles in the access token.")]
    is_new: Annotated[
        bool, Field(description="Whether the account was made by this sign-in, or its person has given no name yet.")
    ]


class ContactsView(Model):
    """The phone and e-mail of a person, with which they sign in."""

    phone: str | None
    email: str | None


class PasswordRequest(RequestModel):
    """A new password."""

    password: Password


class StepUpView(Model):
    """The renewed sign-in of the session."""

    signed_in_at: str
    recent_until: str
    """Until when routes that need a recent sign-in can be called."""


class PasswordView(Model):
    """The time of the change."""

    changed_at: str


class SessionView(Model):
    """A session of the caller."""

    id: str
    device: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


@api.post("/auth/sign-up", ANYBODY, "Sign up", body=Challenged)
def sign_up(request: Annotated[SignUp, Body()]) -> Response[Challenged]:
    """Sends a code. Its answer at `POST /auth/tokens` verifies the phone, or the e-mail with `channel: email`.

    Only the verified contact becomes part of the account; add the other with `POST /auth/contacts`. If there is an
    account already, the answer signs in to it and changes nothing. New people have no role: they choose roles with
    `PUT /profiles/me/roles`. `language` becomes that of a new person.
    """
    return _challenged(service.sign_up(request, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/auth/codes", ANYBODY, "Ask for a one-time code", body=Challenged)
def request_code(request: Annotated[CodeRequest, Body()]) -> Response[Challenged]:
    """Sends a code to the verified phone or e-mail of an account. The response is the same if there is no account."""
    return _challenged(
        service.request_code(
            request.username, request.channel, request.language, now=api.now, unit_of_work=api.unit_of_work
        )
    )


@api.post("/auth/tokens", ANYBODY, "Sign in, or renew tokens", body=TokensView)
def tokens(request: Annotated[TokenRequest, Body()]) -> Response[TokensView]:
    """Send a code, a password, or a refresh token, which a new one replaces.

    The session's device is the `X-Device-Name` header, else the `User-Agent`. With `cookie: true` the refresh token
    comes as the cookie `khaya_refresh`, which scripts cannot read; with `refreshCookie: true` it renews the tokens.
    """
    if request.challenge is not None and request.code is not None:
        answer = CodeAnswer(challenge=request.challenge, code=request.code)
        issued = service.sign_in_with_code(answer, origin_of(api.event), now=api.now, unit_of_work=api.unit_of_work)
        api.count("SignedInByCode")
    elif request.username is not None and request.password is not None:
        issued = service.sign_in_with_password(
            request.username, request.password, origin_of(api.event), now=api.now, unit_of_work=api.unit_of_work
        )
        api.count("SignedInByPassword")
    else:
        given = refresh_cookie(api.event) if request.refresh_cookie else request.refresh_token
        issued = service.refresh_session(given or "", now=api.now, unit_of_work=api.unit_of_work)
    as_cookie = request.cookie or request.refresh_cookie is True
    refresh = issued.session.refresh.text
    response = api.answer(
        TokensView(
            access_token=issued.tokens.access,
            id_token=issued.tokens.id,
            refresh_token=None if as_cookie else refresh,
            expires_in=issued.tokens.expires_in,
            user_id=issued.tokens.user_id,
            roles=sorted(issued.tokens.roles, key=ROLES.index),
            is_new=issued.is_new,
        )
    )
    if as_cookie:
        seconds = clock.epoch(issued.session.expires_at) - clock.epoch(api.now)
        response.headers["Set-Cookie"] = set_refresh_cookie(refresh, seconds)
    return response


@api.post("/auth/step-up", ALSO_SUSPENDED, "Renew the sign-in of one's session", body=StepUpView)
def step_up(request: Annotated[StepUp, Body()]) -> Response[StepUpView]:
    """Send the password, or a code that was asked for with `POST /auth/codes`.

    Routes that need a recent sign-in then work for ten minutes. No second session is made, and the tokens stay valid.
    """
    service.step_up(request, origin_of(api.event), api.caller, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(StepUpView(signed_in_at=api.now, recent_until=clock.plus(api.now, seconds=RECENT_SECONDS)))


@api.post("/auth/sign-out", ALSO_SUSPENDED, "Sign out", status=204)
def sign_out() -> Response[None]:
    """Ends the session of the token, and clears the cookie of its refresh token."""
    sessions.sign_out(api.caller.session_id, api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    response = api.answer(None, status=204)
    response.headers["Set-Cookie"] = clear_refresh_cookie()
    return response


@api.post("/auth/contacts", RECENTLY, "Add or change one's phone or e-mail", body=Challenged)
def request_contact_code(request: Annotated[ContactChange, Body()]) -> Response[Challenged]:
    """Sends a code to the new phone or e-mail. Needs a sign-in less than ten minutes old."""
    return _challenged(
        contacts.request_contact_code(
            request.to_verify, request.language, api.caller, now=api.now, unit_of_work=api.unit_of_work
        )
    )


@api.post("/auth/contacts/proof", ONESELF, "Prove a new phone or e-mail", body=ContactsView)
def verify_contact(answer: Annotated[CodeAnswer, Body()]) -> Response[ContactsView]:
    """Sets the verified phone or e-mail. The session must be the one that requested the code."""
    held = contacts.verify_contact(answer, origin_of(api.event), api.caller, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(ContactsView(phone=held["phone"], email=held["email"]))


@api.put("/auth/password", RECENTLY, "Set one's password", body=PasswordView)
def set_password(request: Annotated[PasswordRequest, Body()]) -> Response[PasswordView]:
    """Ends the caller's other sessions. Needs a sign-in less than ten minutes old."""
    service.change_password(request.password, api.caller, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(PasswordView(changed_at=api.now))


@api.get("/sessions", SIGNED_IN, "One's sessions", body=Page[SessionView])
def list_sessions(limit: PageLimit = None, cursor: Cursor = None) -> Response[Page[SessionView]]:
    """The sessions that have neither ended nor expired, newest first."""
    page_request = api.page_request(limit, cursor, private=True)
    result = sessions.list_sessions(api.caller.user_id, now=api.now, page_request=page_request)
    return api.answer_page(result, page_request, _shown)


@api.delete("/sessions", SIGNED_IN, "End all one's sessions", status=204)
def end_all() -> Response[None]:
    """Also ends the current session."""
    sessions.end_all(api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(None, status=204)


@api.delete("/sessions/<session_id>", SIGNED_IN, "End one of one's sessions", status=204)
def end(session_id: str) -> Response[None]:
    """Its refresh token and access token are refused at once."""
    sessions.end(session_id, api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
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


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
