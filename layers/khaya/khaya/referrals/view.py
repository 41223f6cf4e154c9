"""Referrals as the API shows them."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.referrals.model import Referral, Referrer, RewardKind, RewardStatus, Status, WaitingReward


class CodeView(Model):
    """One's own code, to give to others."""

    code: str


class ApplicationView(Model):
    """A referral as the person sees it who applied the code."""

    id: str
    code: str
    referrer_name: str
    status: Status
    created_at: str


class ReferralView(Model):
    """A referral as its referrer sees it. `rewardCents` is what they were paid for it."""

    id: str
    referred_name: str
    status: Status
    reward_cents: Cents | None
    completed_at: str | None
    rewarded_at: str | None
    created_at: str


class Leader(Model):
    """A place on the leaderboard."""

    rank: int
    user_id: str
    display_name: str
    rewarded_count: int


class LeaderboardView(Model):
    """Those with the most rewarded referrals; of two with the same count, who reached it first stands first."""

    items: list[Leader]
    generated_at: str


class WaitingRewardView(Model):
    """A reward that waits for an admin, or that one has decided about."""

    id: str
    kind: Annotated[
        RewardKind,
        Field(description="`referral`: above the month's limit. `bonus`: for the number of rewarded referrals."),
    ]
    referrer_id: str
    referrer_name: str
    referred_id: Annotated[str | None, Field(description="Null for a bonus.")]
    referred_name: str | None
    rewarded_count: Annotated[int | None, Field(description="The rewarded referrals that a bonus is for.")]
    amount_cents: Annotated[Cents, Field(description="What each side of a referral gets, or the bonus.")]
    status: RewardStatus
    decided_by: str | None
    decided_at: str | None
    decision_reason: str | None
    created_at: Annotated[str, Field(description="Since when it waits.")]


def waiting_reward_view(reward: WaitingReward, names: Mapping[str, str]) -> WaitingRewardView:
    """A reward for admins; `names` are those of its people."""
    return WaitingRewardView(
        **dict(reward),
        referrer_name=names[reward.referrer_id],
        referred_name=None if reward.referred_id is None else names[reward.referred_id],
    )


def application_view(referral: Referral) -> ApplicationView:
    """A referral as the person sees it who applied the code."""
    return ApplicationView.model_validate(referral, from_attributes=True)


def referral_view(referral: Referral) -> ReferralView:
    """A referral as its referrer sees it."""
    return ReferralView.model_validate(referral, from_attributes=True)


def leaderboard_view(leaders: list[Referrer], now: str) -> LeaderboardView:
    """The leaderboard as anybody sees it."""
    items = [
        Leader(
            rank=rank,
            user_id=leader.user_id,
            display_name=leader.display_name or "",
            rewarded_count=leader.rewarded_count,
        )
        for rank, leader in enumerate(leaders, 1)
    ]
    return LeaderboardView(items=items, generated_at=now)
