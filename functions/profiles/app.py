"""Routes of profiles: one's own, other people's, and the directory."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from khaya.erasure import decision as erasure
from khaya.erasure.view import ScheduledErasureView
from khaya.exports import service as exports
from khaya.exports.view import ExportView, export_view
from khaya.platform.base.fields import Place
from khaya.platform.base.models import RequestModel
from khaya.platform.base.numbers import in_digits
from khaya.platform.base.places import PLACE_FILTER
from khaya.platform.data.pages import Limit, Page
from khaya.platform.web.access import ADMIN, FEED, PUBLIC, SIGNED_IN, Access
from khaya.platform.web.api import Api
from khaya.profiles import service, store
from khaya.profiles.model import (
    OwnRole,
    Profile,
    ProfileChanges,
    ProfileReplacement,
    Trade,
    VerificationApplication,
    VerificationDecision,
    VerificationRequest,
)
from khaya.profiles.view import (
    OwnProfileView,
    ProfileView,
    VerificationView,
    own_profile_view,
    profile_view,
    verification_view,
)
from khaya.reputation import resume as resumes
from khaya.reputation.view import ResumeView
from khaya.users.model import User
from khaya.users.store import pass_account_guard

OWN_DATA = Access("any signed-in person", also_suspended=True)
ERASURE = Access(
    "any signed-in person, after a recent sign-in", recent_sign_in=True, also_erased=True, also_suspended=True
)

api = Api("Profiles", pass_account_guard)


Forfeited = Annotated[
    int, Field(ge=0, le=10**12, description="The balance of credits, in cents, which is lost."), in_digits
]


class RolesRequest(RequestModel):
    """All roles that the person wants to have."""

    roles: Annotated[list[OwnRole], Field(max_length=3)]


@api.get("/profiles", FEED, "The directory, best trust score first", body=Page[ProfileView])
def directory(
    role: Annotated[OwnRole, Query()] = "worker",
    trade: Annotated[Trade | None, Query()] = None,
    location: Annotated[Place | None, Query(description=PLACE_FILTER)] = None,
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Page[ProfileView]]:
    """People with a role, by default workers, filtered by trade, place, both or neither."""
    page_request = api.page_request(limit, cursor, role, trade, location)
    result = store.directory(role, trade, location, page_request)
    items = [profile_view(profile, api.now) for profile in result.items]
    return api.answer(Page(items=items, next_cursor=page_request.cursor_after(result.after)))


@api.get("/profiles/me", OWN_DATA, "One's own profile", body=OwnProfileView)
def me() -> Response[OwnProfileView]:
    """With contact, coordinates and the completion meter."""
    return _own(*service.own(api.caller.user_id))


@api.put("/profiles/me", SIGNED_IN, "Write one's own profile", body=OwnProfileView)
def replace(request: Annotated[ProfileReplacement, Body()]) -> Response[OwnProfileView]:
    """Writes all writable fields; omitted fields are cleared."""
    return _write(request, whole=True)


@api.patch("/profiles/me", SIGNED_IN, "Change one's own profile", body=OwnProfileView)
def change(request: Annotated[ProfileChanges, Body()]) -> Response[OwnProfileView]:
    """Changes the fields that are sent."""
    return _write(request, whole=False)


@api.put("/profiles/me/roles", SIGNED_IN, "Take up and drop roles", body=OwnProfileView)
def take_roles(request: Annotated[RolesRequest, Body()]) -> Response[OwnProfileView]:
    """Sets the caller's roles. A new role works after the next token refresh; a dropped role is refused at once."""
    profile, user = service.own(api.caller.user_id)
    api.check_version(profile.version)
    changed = service.take_roles(
        profile, user, request.roles, subject=api.caller.subject, now=api.now, unit_of_work=api.unit_of_work
    )
    return _own(changed, user)


@api.post("/profiles/me/export", OWN_DATA, "Ask for all one's data", status=202, body=ExportView)
def request_export() -> Response[ExportView]:
    """Starts an export. While one is pending, or its file exists (24 hours), the response is that export."""
    export, is_new = exports.request(api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    if is_new:
        api.count("ExportRequested")
    return api.answer(export_view(export), status=202)


@api.get("/profiles/me/export", OWN_DATA, "One's export", body=ExportView)
def export() -> Response[ExportView]:
    """The state of the export and, once it is `ready`, a link to the file: JSON with a list for each type of data."""
    return api.answer(export_view(exports.visible_export(api.caller.user_id, api.now)))


@api.delete(
    "/profiles/me",
    ERASURE,
    "Have one's account erased",
    status=204,
    answers={202: "The account is closed, and the rest of the data is erased at the time `scheduledFor`."},
    accepted=ScheduledErasureView,
)
def erase(forfeit_cents: Annotated[Forfeited | None, Query(alias="forfeitCents")] = None) -> Response[Any]:
    """Cannot be undone; `409` while something is open. Needs a sign-in less than ten minutes old.

    Credits are lost only if `forfeitCents` is their balance; otherwise the answer is `409`.

    Open jobs, bids and listings are closed, sessions end, and within minutes all personal data is erased. What may be
    evidence about a card payment is erased 180 days after it.
    """
    requested = erasure.request(api.caller, forfeit_cents=forfeit_cents, now=api.now, unit_of_work=api.unit_of_work)
    if requested.is_first:
        api.count("ErasureRequested")
    if requested.held_until is not None:
        return api.answer(ScheduledErasureView(scheduled_for=requested.held_until), status=202)
    return api.answer(None, status=204)


@api.get("/profiles/<user_id>", PUBLIC, "One person", body=ProfileView)
def one_person(user_id: str) -> Response[ProfileView]:
    """The public profile. Its owner and admins also get links to the certificates."""
    own = api.visitor is not None and api.visitor.user_id == user_id
    fully = own or (api.visitor is not None and api.visitor.is_admin)
    return api.answer(profile_view(service.public(user_id, api.visitor), api.now, fully=fully, own=own))


@api.get("/profiles/<user_id>/resume", PUBLIC, "What a person did", body=ResumeView)
def resume(user_id: str) -> Response[ResumeView]:
    """Their latest fifty completed jobs with ratings, and their trust score by parts."""
    return api.answer(resumes.resume(user_id, api.visitor, api.now))


@api.post("/profiles/me/verification", SIGNED_IN, "Ask to be verified", body=VerificationView)
def ask(request: Annotated[VerificationApplication, Body()]) -> Response[VerificationView]:
    """With a note, and certificates, which become those of the profile. Refused while an earlier request waits."""
    profile, _, uploaded = service.to_write(api.caller.user_id, request.profile_changes())
    after = service.apply(profile, request, uploaded, now=api.now, unit_of_work=api.unit_of_work)
    api.count("VerificationRequested")
    return api.answer(verification_view(after, own=True))


@api.get("/admin/verifications", ADMIN, "People who wait to be verified, oldest first", body=Page[VerificationView])
def applications(
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Page[VerificationView]]:
    """With links to their certificates."""
    page_request = api.page_request(limit, cursor, private=True)
    result = store.applications(page_request)
    items = [verification_view(profile) for profile in result.items]
    return api.answer(Page(items=items, next_cursor=page_request.cursor_after(result.after)))


@api.post(
    "/admin/verifications/<user_id>/decision", ADMIN, "Decide about a request to be verified", body=VerificationView
)
def decide(user_id: str, decision: Annotated[VerificationDecision, Body()]) -> Response[VerificationView]:
    """Approves the request, which verifies the person, or refuses it. The person gets a notification."""
    profile = service.decide(user_id, decision, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("PersonVerified" if profile.verified else "VerificationRefused")
    return api.answer(verification_view(profile))


@api.put("/profiles/<user_id>/verification", ADMIN, "Verify a person", body=ProfileView, if_match=True)
def verify(user_id: str, request: Annotated[VerificationRequest, Body()]) -> Response[ProfileView]:
    """Sets the verification, or removes it with a reason. A request that waits is decided by it too."""
    reason = request.given_reason()
    profile = service.existing(user_id)
    api.check_version(profile.version)
    profile = service.verify(
        profile, request.verified, reason, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    api.count("PersonVerified" if profile.verified else "VerificationWithdrawn")
    return api.answer(profile_view(profile, api.now, fully=True))


def _write(request: ProfileReplacement, *, whole: bool) -> Response[OwnProfileView]:
    profile, user, uploaded = service.to_write(api.caller.user_id, request)
    api.check_version(profile.version)
    after = service.write(profile, request, uploaded, whole=whole, now=api.now, unit_of_work=api.unit_of_work)
    return _own(after, user)


def _own(profile: Profile, user: User) -> Response[OwnProfileView]:
    return api.answer(own_profile_view(profile, user, api.now), version=profile.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
