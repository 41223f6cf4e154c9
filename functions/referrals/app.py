"""Routes of referrals: one's code and referrals, applying a code, the leaderboard, and the decisions of admins."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from khaya.platform.data.pages import Page
from khaya.platform.web.access import ADMIN, FEED, SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.referrals import service, store
from khaya.referrals.model import ApplicationRequest, RewardDecisionRequest
from khaya.referrals.view import (
    ApplicationView,
    CodeView,
    LeaderboardView,
    ReferralView,
    WaitingRewardView,
    application_view,
    leaderboard_view,
    referral_view,
    waiting_reward_view,
)
from khaya.users.store import pass_account_guard

api = Api("Referrals", pass_account_guard)

REWARDS_ADMIN = Access("admins, never about themselves", roles=("admin",), moves_money=True)


@api.get("/referrals/code", SIGNED_IN, "One's own code", body=CodeView)
def own_code() -> Response[CodeView]:
    """Created on first use, and permanent."""
    code = service.code_of(api.caller.user_id, before_create=api.guard_write, unit_of_work=api.unit_of_work)
    return api.answer(CodeView(code=code))


@api.get("/referrals/mine", SIGNED_IN, "One's own referrals, newest first", body=Page[ReferralView])
def mine(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[ReferralView]]:
    """A `completed` referral waits for an admin or for the end of a suspension, or an admin refused its reward."""
    page_request = api.page_request(limit, cursor, private=True)
    result = store.of_referrer(api.caller.user_id, page_request)
    return api.answer_page(result, page_request, referral_view)


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


@api.get("/referrals/waiting", ADMIN, "Rewards that wait for an admin, oldest first", body=Page[WaitingRewardView])
def waiting(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[WaitingRewardView]]:
    """Referrals above the month's twenty, and the bonuses for 5, 15 and 50 rewarded referrals."""
    page_request = api.page_request(limit, cursor, private=True)
    result = store.waiting_rewards(page_request)
    names = service.names_of(result.items)
    return api.answer_page(result, page_request, lambda reward: waiting_reward_view(reward, names))


@api.post("/referrals/<reward_id>/decision", REWARDS_ADMIN, "Pay or refuse a reward that waits", body=WaitingRewardView)
def decide(reward_id: str, request: Annotated[RewardDecisionRequest, Body()]) -> Response[WaitingRewardView]:
    """Decided once. Nothing is paid to an erased person; a suspended person's reward waits for the suspension's end."""
    decided = service.decide(
        reward_id, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    if decided.status == "paid":
        api.count("RewardPaid")
    return api.answer(waiting_reward_view(decided, service.names_of([decided])))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
