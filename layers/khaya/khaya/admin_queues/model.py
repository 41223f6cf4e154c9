"""What waits for an admin, in which queue, and since when. Pure functions of stored items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from khaya.platform.base.fields import Count
from khaya.platform.base.models import Item, Model

QueueName = Literal[
    "listings",
    "stories",
    "verifications",
    "reports",
    "stuck_jobs",
    "disputes",
    "payouts",
    "refunds",
    "suspense",
    "chargebacks",
    "differences",
    "adjustments",
    "referrals",
]

MOST: Final = 99
"""The most entries of a queue that are counted, so that a count stays cheap however many wait."""


class QueueState(Model):
    """How many entries a queue has.

    Attributes:
        count: the entries that were counted, at most `MOST`.
        more: whether there may be further ones.
        oldest_at: since when the oldest of them waits.
    """

    queue: QueueName
    count: Count = 0
    more: bool = False
    oldest_at: str | None = None


def state_of(queue: QueueName, times: Sequence[str], *, more: bool) -> QueueState:
    """The state of a queue whose entries wait since `times`; `more` if there may be further ones."""
    return QueueState(
        queue=queue,
        count=min(len(times), MOST),
        more=more or len(times) > MOST,
        oldest_at=min(times, default=None),
    )


@dataclass(frozen=True)
class Membership:
    """Which items of a table are in a queue: `since` is since when an item waits, None if it does not."""

    resource: str
    since: Callable[[Item], str | None]


def membership_of(resource: str, item: Item | None) -> dict[QueueName, str]:
    """The queues in which an item of a table is, each with the time since when it waits."""
    found = {name: one.since(item) for name, one in KEPT.items() if item and one.resource == resource}
    return {name: since for name, since in found.items() if since is not None}


def since_in(queue: QueueName, item: Item) -> str | None:
    """Since when an item waits in a queue; None if it does not."""
    return KEPT[queue].since(item)


def _created(item: Item) -> str:
    created: str = item["createdAt"]
    return created


def _pending_listing(item: Item) -> str | None:
    return item.get("pendingSince", _created(item)) if item.get("status") == "pending" else None


def _asked_verification(item: Item) -> str | None:
    asked = item.get("verification", {})
    return asked.get("askedAt") if asked.get("status") == "waiting" else None


def _dispute(item: Item) -> str | None:
    return item.get("dispute", {}).get("openedAt", _created(item)) if item.get("status") == "disputed" else None


def _refund(item: Item) -> str | None:
    """Those that failed, and those whose buyer named no bank account in all the time that they had."""
    waits = item.get("forAdmin", False) and item.get("status") in ("needs_admin", "needs_account")
    return _created(item) if waits else None


def _suspense(item: Item) -> str | None:
    """What came late or twice has a time at which it goes back by itself."""
    return _created(item) if item.get("status") == "waiting" and "nextAt" not in item else None


def _chargeback(item: Item) -> str | None:
    waits = item.get("status") == "open" and "answer" not in item and not item.get("answered", False)
    return _created(item) if waits else None


def _with_status(status: str, time: str = "createdAt") -> Callable[[Item], str | None]:
    return lambda item: item[time] if item.get("status") == status else None


KEPT: Final[Mapping[QueueName, Membership]] = {
    "listings": Membership("listings", _pending_listing),
    "stories": Membership("stories", _with_status("pending")),
    "verifications": Membership("profiles", _asked_verification),
    "reports": Membership("reports", _with_status("open")),
    "disputes": Membership("escrows", _dispute),
    "payouts": Membership("payouts", lambda item: _created(item) if item.get("forAdmin") else None),
    "refunds": Membership("refunds", _refund),
    "suspense": Membership("refunds", _suspense),
    "chargebacks": Membership("chargebacks", _chargeback),
    "differences": Membership("books", _with_status("open", "foundAt")),
    "adjustments": Membership("credits", _with_status("waiting")),
    "referrals": Membership("referrals", _with_status("waiting")),
}
"""The queues whose counts are kept. `stuck_jobs` is counted when it is asked for: a job is stuck by time alone."""
