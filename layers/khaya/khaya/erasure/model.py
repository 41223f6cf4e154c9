"""The rules that allow an erasure, and those that postpone it."""

from dataclasses import dataclass
from typing import Final, Literal

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict

HOLD_DAYS: Final = 180
"""Days after a card payment for which its person's data is kept, as their bank may take the payment back."""

Progress = Literal["goes_on", "closed", "complete"]
"""A run ended for lack of time; the account is closed and the rest of the data waits for its day; all is erased."""


def held_until(card_paid_at: str | None, now: str) -> str | None:
    """When the data of a person may be erased, whose last card payment was at a time; None if it may be now."""
    if card_paid_at is None:
        return None
    until = clock.plus(card_paid_at, days=HOLD_DAYS)
    return until if until > now else None


_WHAT_IS_OPEN: Final = {
    "jobs": "a job in progress",
    "withdrawals": "a pending withdrawal",
    "payouts": "a payout",
    "refunds": "a refund",
    "chargebacks": "a chargeback",
}
"""What prevents an erasure, in words, by its name in `OpenItems`."""


@dataclass(frozen=True)
class OpenItems:
    """Counts of the items that must be closed before an erasure."""

    jobs: int = 0
    withdrawals: int = 0
    payouts: int = 0
    refunds: int = 0
    chargebacks: int = 0

    def require_none(self) -> None:
        """Check that nothing is open.

        Raises:
            Conflict: something is open; the message lists it.
        """
        open_items = {name: text for name, text in _WHAT_IS_OPEN.items() if getattr(self, name) > 0}
        if open_items:
            raise Conflict(
                f"There is still {' and '.join(open_items.values())}. Bring it to an end first.",
                code="things_open",
                params={"open": [*open_items]},
            )
