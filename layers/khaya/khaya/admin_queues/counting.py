"""Counts the admins' queues by the lists that admins work through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from khaya.admin_queues.model import MOST, QueueName, QueueState, since_in, state_of
from khaya.chargebacks import store as chargebacks
from khaya.credits import store as credit_proposals
from khaya.escrows import store as escrows
from khaya.listings import store as listings
from khaya.payouts import store as payouts
from khaya.platform.base.models import item_of
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.profiles import store as profiles
from khaya.reconciliation import store as differences
from khaya.referrals import store as referrals
from khaya.refunds import store as refunds
from khaya.reports import store as reports
from khaya.stories import store as stories
from khaya.suspense import store as suspense

List: TypeAlias = Callable[[PageRequest], PageResult[Any]]

LISTS: Final[Mapping[QueueName, Sequence[List]]] = {
    "listings": [listings.pending],
    "stories": [stories.pending],
    "verifications": [profiles.applications],
    "reports": [partial(reports.with_status, "open")],
    "disputes": [partial(escrows.with_status, "disputed", newest_first=False)],
    "payouts": [payouts.for_admin],
    "refunds": [partial(refunds.with_status, "needs_admin"), partial(refunds.with_status, "needs_account")],
    "suspense": [partial(suspense.with_status, "waiting")],
    "chargebacks": [partial(chargebacks.with_status, "open")],
    "differences": [partial(differences.with_status, "open")],
    "adjustments": [credit_proposals.waiting],
    "referrals": [referrals.waiting_rewards],
}
"""The lists of each queue whose count is kept. Not all that they hold waits for an admin."""

_FIRST: Final = PageRequest(("admin_queues",), MOST)


def count(queue: QueueName) -> QueueState:
    """The present state of a queue. The indexes may be behind by a moment."""
    times: list[str] = []
    more = False
    for read in LISTS[queue]:
        page = read(_FIRST)
        found = [since for one in page.items if (since := since_in(queue, item_of(one))) is not None]
        more = more or (page.after is not None and bool(found))
        times += found
    return state_of(queue, times, more=more)
