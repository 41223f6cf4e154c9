"""Profiles over REST: one's own, other people's, and the directory of workers."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from khaya.erasure import decision as erasure
from khaya.exports import service as exports
from khaya.exports.view import ExportView
from khaya.exports.view import shown as shown_export
from khaya.platform.base.fields import Place
from khaya.platform.base.models import RequestModel
from khaya.platform.data.pages import Limit, Page
from khaya.platform.web.access import ADMIN, FEED, PUBLIC, SIGNED_IN, Access
from khaya.platform.web.api import Api
from khaya.profiles import service, store
from khaya.profiles.model import OwnRole, Profile, ProfileChanges, ProfileReplacement, Trade
from khaya.profiles.view import OwnProfileView, ProfileView, shown, shown_to_owner
from khaya.reputation import resume as resumes
from khaya.reputation.view import ResumeView
from khaya.users.model import User
from khaya.users.store import pass_account_guard

LEAVING = Access("any signed-in person", also_erased=True)

api = Api("Profiles", pass_account_guard)


class RolesRequest(RequestModel):
    """The roles a person wants to hold, all of them."""

    roles: Annotated[list[OwnRole], Field(max_length=3)]


class VerificationRequest(RequestModel):
    """Whether the person was found to be who they say."""

    verified: Annotated[bool, Field(strict=True)]


@api.get("/profiles", FEED, "The directory, best trust score first", body=Page[ProfileView])
def directory(
    role: Annotated[OwnRole, Query()] = "worker",
    trade: Annotated[Trade | None, Query()] = None,
    location: Annotated[Place | None, Query(description="A place; case and outer blanks do not matter.")] = None,
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Page[ProfileView]]:
    """People with a role, workers unless said otherwise, by trade, by place, by both or by neither."""
    page_request = api.page_request(limit, cursor, role, trade, location)
    part = store.directory(role, trade, location, page_request)
    items = [shown(profile, api.now) for profile in part.items]
    return api.answer(Page(items=items, next_cursor=page_request.cursor_after(part.after)))


@api.get("/profiles/me", SIGNED_IN, "One's own profile", body=OwnProfileView)
def me() -> Response[OwnProfileView]:
    """With contact, coordinates and the completion meter."""
    return _own(*service.own(api.caller.user_id))


@api.put("/profiles/me", SIGNED_IN, "Write one's own profile", body=OwnProfileView, if_match=True)
def replace(wanted: Annotated[ProfileReplacement, Body()]) -> Response[OwnProfileView]:
    """Writes every writable field; what is left out is cleared."""
    return _write(wanted, whole=True)


@api.patch("/profiles/me", SIGNED_IN, "Change one's own profile", body=OwnProfileView)
def change(wanted: Annotated[ProfileChanges, Body()]) -> Response[OwnProfileView]:
    """Changes the fields that are named."""
    return _write(wanted, whole=False)


@api.put("/profiles/me/roles", SIGNED_IN, "Take up and drop roles", body=OwnProfileView)
def take_roles(request: Annotated[RolesRequest, Body()]) -> Response[OwnProfileView]:
    """The set of one's own roles. A new one works after the next token refresh, a dropped one is refused at once."""
    return _own(*service.take_roles(api.caller.user_id, request.roles, now=api.now, unit_of_work=api.unit_of_work))


@api.post("/profiles/me/export", SIGNED_IN, "Ask for all one's data", status=202, body=ExportView)
def ask_export() -> Response[ExportView]:
    """A file is being made. While one is, or its file is there, which is for a day, the answer is that same export."""
    export, begins = exports.request(api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    if begins:
        api.count("ExportAsked")
    return api.answer(shown_export(export), status=202)


@api.get("/profiles/me/export", SIGNED_IN, "One's export", body=ExportView)
def export() -> Response[ExportView]:
    """How far it is, and once it is `ready`, a link to the file: JSON with a list for each kind of thing."""
    return api.answer(shown_export(exports.own(api.caller.user_id, api.now)))


@api.delete("/profiles/me", LEAVING, "Have one's account erased", status=204)
def erase() -> Response[None]:
    """For good; `409` while something is open. Needs a sign-in less than ten minutes old.

    Open jobs, bids and listings are closed, sessions end, and within minutes nothing names the person any more.
    """
    api.require_recent_sign_in()
    if erasure.request(api.caller, now=api.now, unit_of_work=api.unit_of_work):
        api.count("ErasureAsked")
    return api.answer(None, status=204)


@api.get("/profiles/<user_id>", PUBLIC, "One person", body=ProfileView)
def one_person(user_id: str) -> Response[ProfileView]:
    """What anybody may know of them."""
    fully = api.visitor is not None and (api.visitor.is_admin or api.visitor.user_id == user_id)
    return api.answer(shown(service.public(user_id), api.now, fully=fully))


@api.get("/profiles/<user_id>/resume", PUBLIC, "What a person did", body=ResumeView)
def resume(user_id: str) -> Response[ResumeView]:
    """Their latest fifty completed jobs, how these were rated, and how far they are trusted and why."""
    return api.answer(resumes.resume(user_id, api.now))


@api.put("/profiles/<user_id>/verification", ADMIN, "Verify a person", body=ProfileView)
def verify(user_id: str, request: Annotated[VerificationRequest, Body()]) -> Response[ProfileView]:
    """Records that an admin has checked who they are, or takes it back."""
    profile = service.verify(
        user_id, request.verified, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    api.count("PersonVerified" if profile.verified else "VerificationWithdrawn")
    return api.answer(shown(profile, api.now, fully=True))


def _write(wanted: ProfileReplacement, *, whole: bool) -> Response[OwnProfileView]:
    profile, user = service.own(api.caller.user_id)
    api.check_version(profile.version)
    return _own(service.write(profile, wanted, whole=whole, now=api.now, unit_of_work=api.unit_of_work), user)


def _own(profile: Profile, user: User) -> Response[OwnProfileView]:
    return api.answer(shown_to_owner(profile, user, api.now), version=profile.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
