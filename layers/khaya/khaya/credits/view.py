"""Credits as the API shows them."""

from __future__ import annotations

from khaya.credits.model import Proposal
from khaya.ledger.model import Account, Entry, EntryType, WithdrawalStatus
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class BalanceView(Model):
    """What a person has, what of it can be withdrawn now, and what is on its way to their payout account."""

    balance_cents: Cents
    withdrawable_cents: Cents
    pending_withdrawal_cents: Cents


class TransactionView(Model):
    """One entry of a person's ledger."""

    id: str
    user_id: str
    type: EntryType
    amount_cents: Cents
    balance_after_cents: Cents
    source: str
    reason: str | None
    reversal_of: str | None
    reversed_by: str | None
    withdrawal_status: WithdrawalStatus | None
    created_at: str


class ProposalView(Model):
    """An adjustment that waits until a second admin asks for it too."""

    user_id: str
    amount_cents: Cents
    reason: str
    proposed_by: str
    created_at: str
    expires_at: str


def shown(entry: Entry) -> TransactionView:
    """An entry as its owner and admins see it."""
    return TransactionView.model_validate(entry, from_attributes=True)


def balance(account: Account, now: str) -> BalanceView:
    """An account as its owner sees it."""
    return BalanceView(
        balance_cents=account.balance_cents,
        withdrawable_cents=account.withdrawable_cents(now),
        pending_withdrawal_cents=account.pending_withdrawal_cents,
    )


def waiting(proposal: Proposal) -> ProposalView:
    """A waiting adjustment as admins see it."""
    return ProposalView.model_validate(proposal, from_attributes=True)
