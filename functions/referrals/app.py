"""The API of referrals: one's code and referrals, applying a code, and the leaderboard."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.platform.data.pages import Limit, Page
from khaya.platform.web.access import FEED, SIGNED_IN
from khaya.platform.web.api import Api
from khaya.referrals import service, store
from khaya.referrals.model import ApplicationRequest
from khaya.referrals.view import (
    ApplicationView,
    CodeView,
    LeaderboardView,
    ReferralView,
    application_view,
    leaderboard_view,
    referral_view,
)
from khaya.users.store import pass_account_guard

api = Api("Referrals", pass_account_guard)


@api.get("/referrals/code", SIGNED_IN, "One's own code", body=CodeView)
def own_code() -> Response[CodeView]:
    """Created on first use, and permanent."""
    code = service.code_of(api.caller.user_id, before_create=api.guard_write, unit_of_work=api.unit_of_work)
    return api.answer(CodeView(code=code))


@api.get("/referrals/mine", SIGNED_IN, "One's own referrals, newest first", body=Page[ReferralView])
def mine(
    limit: Annotated[Limit | None, Query()] = None,
    cursor: Annotated[str | None, Query()] = None,
) -> Response[Page[ReferralView]]:
    """A referral that is `completed` and not rewarded waits for an admin, since twenty were paid this month."""
    page_request = api.page_request(limit, cursor, private=True)
    part = store.of_referrer(api.caller.user_id, page_request)
    items = [referral_view(referral) for referral in part.items]
    return api.answer(Page(items=items, next_cursor=page_request.cursor_after(part.after)))


@api.post("/referrals/applications", SIGNED_IN, "Apply a code", status=201, body=ApplicationView)
def apply(request: Annotated[ApplicationRequest, Body()]) -> Response[ApplicationView]:
    """Once, never one's own code, and only before one's first completed job. Case, blanks and hyphens are ignored."""
    referral = service.apply(request.code, user_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("ReferralApplied")
    return api.answer(application_view(referral), status=201)


@api.get("/referrals/leaderboard", FEED, "The twenty people with the most rewarded referrals", body=LeaderboardView)
def leaders() -> Response[LeaderboardView]:
    """Of two people with the same count, the first to reach it is listed first."""
    return api.answer(leaderboard_view(store.leaders(), api.now))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
