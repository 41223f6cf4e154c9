"""Updates derived data: pending bids, search words, reputation, name copies, visibility, admins' queues."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from khaya.account_changes import consumer as account_changes
from khaya.admin_queues import consumer as admin_queues
from khaya.bids import consumer as bids
from khaya.jobs import store as jobs
from khaya.listings import store as listings
from khaya.name_sync import consumer as name_sync
from khaya.platform.base.settings import PoolSettings, require
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers
from khaya.reputation import consumer as reputation
from khaya.search import consumer as search
from khaya.search.model import Kind
from khaya.search.store import KeyOf

require(PoolSettings, queues=("derived",))

SEARCHED: Final[Mapping[Kind, KeyOf]] = {"jobs": jobs.key, "listings": listings.key}

CONSUMERS: Final[Consumers] = {
    bids.NAME: bids.handle,
    search.NAME: partial(search.handle, keys=SEARCHED),
    reputation.NAME: reputation.handle,
    name_sync.NAME: name_sync.handle,
    account_changes.NAME: account_changes.handle,
    admin_queues.NAME: admin_queues.handle,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("derived", CONSUMERS, event, context)
