"""Moves money after a change: rewards for referrals and for first stories.

Besides this one, only the consumers of `functions/provider` write Credits.
"""

from __future__ import annotations

from typing import Any, Final

from khaya.platform.base.settings import ReferralSettings, require
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers
from khaya.referrals import consumer as referrals
from khaya.stories import consumer as story_rewards

require(ReferralSettings, queues=("money",))

CONSUMERS: Final[Consumers] = {referrals.NAME: referrals.handle, story_rewards.NAME: story_rewards.handle}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("money", CONSUMERS, event, context)
