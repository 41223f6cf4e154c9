"""What moved of a job's money so far: read off the escrow, and the payout and refund that it became."""

from typing import Literal

from khaya.escrows.model import Escrow
from khaya.payouts.model import Payout
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.refunds.model import Refund

HistoryKind = Literal["deposit", "balance", "all", "released", "refund", "payout", "refund_paid"]
"""The buyer paid a part; the money was released to the worker, or began to go back; the bank has it."""


class HistoryEntry(Model):
    """Money that moved."""

    kind: HistoryKind
    amount_cents: Cents
    at: str


def history_of(escrow: Escrow, payout: Payout | None = None, refund: Refund | None = None) -> list[HistoryEntry]:
    """What moved, oldest first."""
    found = [*_payments(escrow), *_ends(escrow, payout, refund)]
    return sorted(found, key=lambda one: one.at)


def _payments(escrow: Escrow) -> list[HistoryEntry]:
    """The payments of the buyer: the provider takes each part as a whole, or not at all."""
    amounts, deposit_at, all_at = escrow.amounts, escrow.deposit_paid_at, escrow.paid_at
    if deposit_at is None:
        return []
    if amounts.balance_cents == 0:
        return [HistoryEntry(kind="all", amount_cents=amounts.buyer_total_cents, at=deposit_at)]
    found = [HistoryEntry(kind="deposit", amount_cents=amounts.deposit_cents, at=deposit_at)]
    if all_at is not None:
        found.append(HistoryEntry(kind="balance", amount_cents=amounts.balance_cents, at=all_at))
    return found


def _ends(escrow: Escrow, payout: Payout | None, refund: Refund | None) -> list[HistoryEntry]:
    found: list[HistoryEntry] = []
    if escrow.ended_at is not None and escrow.released_cents:
        found.append(HistoryEntry(kind="released", amount_cents=escrow.released_cents, at=escrow.ended_at))
    if refund is not None and refund.amount_cents:
        found.append(HistoryEntry(kind="refund", amount_cents=refund.amount_cents, at=refund.created_at))
        if refund.status == "paid" and refund.paid_at is not None:
            found.append(HistoryEntry(kind="refund_paid", amount_cents=refund.amount_cents, at=refund.paid_at))
    if payout is not None and payout.status == "paid" and payout.paid_at is not None:
        found.append(HistoryEntry(kind="payout", amount_cents=payout.amount_cents, at=payout.paid_at))
    return found
