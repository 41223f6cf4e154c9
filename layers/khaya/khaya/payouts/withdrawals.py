"""Keeps the entry of a withdrawal of credits in step with its payout."""

from __future__ import annotations

from khaya.ledger import service as ledger
from khaya.ledger import store as accounts
from khaya.ledger.model import Account, Booking, Entry, WithdrawalStatus, guarded
from khaya.payouts.model import Payout
from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, read_together


def note_status(payout: Payout, status: WithdrawalStatus, unit_of_work: UnitOfWork) -> None:
    """Set the status of the withdrawal's entry: `paid`, or `pending` again after the bank returned the money."""
    entry, account = _read(payout)
    if entry.withdrawal_status == status:
        return
    step = payout.amount_cents if status == "pending" else -payout.amount_cents
    unit_of_work.add(
        accounts.update_account(account, account.with_pending_withdrawal(step)),
        accounts.update_entry(entry, entry.model_copy(update={"withdrawal_status": status})),
    )


def give_back(payout: Payout, reason: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """Turn a withdrawal back into credits, by the opposite entry.

    The opposite entry has no `booked_by`, since the notice and the audit of the payout name the admins.
    """
    entry, account = _read(payout)
    booking = Booking(
        payout.user_id,
        "reversal",
        payout.amount_cents,
        against=guarded("payout", payout.id),
        source=f"reversal:{entry.id}",
        reason=reason,
        reversal_of=entry.id,
        pending_cents=-payout.amount_cents,
    )
    (opposite,) = ledger.book({payout.user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    failed = entry.model_copy(update={"withdrawal_status": "failed", "reversed_by": opposite.id})
    unit_of_work.add(accounts.update_entry(entry, failed))


def _read(payout: Payout) -> tuple[Entry, Account]:
    entry_item, account_item = read_together([accounts.entry_key(payout.id), accounts.account_key(payout.user_id)])
    entry = accounts.read_entry(entry_item)
    if entry is None:
        raise NotFound("There is no such transaction.")
    return entry, accounts.read_account(account_item, payout.user_id)
