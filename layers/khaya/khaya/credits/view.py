"""Credits in the API's responses."""

from typing import Annotated, Literal

from pydantic import Field

from khaya.credits.model import Proposal, ProposalStatus
from khaya.ledger.model import Account, Entry, EntryType, WithdrawalStatus
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class BalanceView(Model):
    """A person's balance, the part of it that can be withdrawn now, and the withdrawals that are pending."""

    balance_cents: Cents
    withdrawable_cents: Cents
    pending_withdrawal_cents: Cents


class TransactionView(Model):
    """One entry of a person's credits."""

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
    """An adjustment or a reversal that waits for a second admin, or that one has decided about."""

    id: str
    kind: Literal["adjustment", "reversal"]
    user_id: str
    amount_cents: Annotated[Cents, Field(description="What would be booked.")]
    reason: str
    proposed_by: str
    created_at: str
    transaction_id: Annotated[str | None, Field(description="The transaction that would be reversed.")]
    status: ProposalStatus
    decided_by: str | None
    decided_at: str | None
    decision_reason: str | None
    entry_id: Annotated[str | None, Field(description="The transaction that was booked.")]


def transaction_view(entry: Entry) -> TransactionView:
    """An entry for its owner and admins."""
    return TransactionView.model_validate(entry, from_attributes=True)


def balance_view(account: Account, now: str) -> BalanceView:
    """An account for its owner."""
    return BalanceView(
        balance_cents=account.balance_cents,
        withdrawable_cents=account.withdrawable_cents(now),
        pending_withdrawal_cents=account.pending_withdrawal_cents,
    )


def proposal_view(proposal: Proposal) -> ProposalView:
    """A proposal for admins."""
    return ProposalView.model_validate(proposal, from_attributes=True)
