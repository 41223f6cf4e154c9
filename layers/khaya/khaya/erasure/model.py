"""The rules that allow an erasure."""

from __future__ import annotations

from dataclasses import dataclass

from khaya.platform.base.errors import Conflict


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
        open_items = [
            text
            for count, text in (
                (self.jobs, "a job in progress"),
                (self.withdrawals, "a pending withdrawal"),
                (self.payouts, "a payout"),
                (self.refunds, "a refund"),
                (self.chargebacks, "a chargeback"),
            )
            if count > 0
        ]
        if open_items:
            raise Conflict(
                f"There is still {' and '.join(open_items)}. Bring it to an end first.",
                code="things_open",
                params={"open": open_items},
            )
