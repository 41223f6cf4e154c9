"""Use cases of credits that need more than one read."""

from __future__ import annotations

from typing import Final

from khaya.credits import model, store
from khaya.credits.model import AdjustmentRequest, ApprovalRequest, Proposal, SingleAdminSum
from khaya.ledger import service as ledger
from khaya.ledger import store as accounts
from khaya.ledger.model import Account, Booking, Entry, make_entry
from khaya.payout_accounts import store as payout_accounts
from khaya.payouts import store as payouts
from khaya.payouts.model import new_withdrawal
from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.profiles import store as profiles
from khaya.statements import service as statements
from khaya.statements.model import Statement
from khaya.users import store as users

COLUMNS: Final = ("id", "createdAt", "type", "amountCents", "balanceAfterCents", "source", "reason")
"""The columns of a statement."""


def withdraw(cents: int, *, user_id: str, now: str, unit_of_work: UnitOfWork) -> Entry:
    """Withdraw credits from a balance by a payout; the entry is `pending` until that arrives.

    Raises:
        Conflict: no payout account is usable now, it changed after it was read, or the withdrawable balance is too
            small.
    """
    account_item, record = read_together([accounts.account_key(user_id), payout_accounts.key(user_id)])
    account = accounts.read_account(account_item, user_id)
    payout_account = payout_accounts.read(record)
    booking = model.withdrawal_booking(account, cents, payout_account, now)
    (entry,) = ledger.book({user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    payout = new_withdrawal(entry_id=entry.id, user_id=user_id, amount_cents=cents, now=now)
    unit_of_work.add(payouts.create(payout))
    unit_of_work.add(profiles.require_present(user_id), payout_accounts.require_unchanged(user_id, payout_account))
    return entry


def adjust(request: AdjustmentRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Entry | Proposal:
    """Adjust a person's balance; above the limit of a single admin, propose it.

    Raises:
        Forbidden: it is the admin's own balance.
        NotFound: the person does not exist.
        Conflict: the balance would go below zero, or the account was erased.
    """
    person = request.user_id
    booking = model.adjustment_booking(person, request.amount_cents, request.reason, (admin_id,))
    account_item, record, sum_item = read_together(
        [accounts.account_key(person), users.key(person), store.sum_key(admin_id)]
    )
    if not users.is_record(record):
        raise NotFound("There is no such person.")
    account, so_far = accounts.read_account(account_item, person), store.read_sum(sum_item, admin_id)
    unit_of_work.add(users.require_not_erased(person))
    return _book_or_propose(booking, account, so_far, now=now, unit_of_work=unit_of_work)


def reverse(entry_id: str, reason: str, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Entry | Proposal:
    """Reverse an entry by its opposite, once; above the limit of a single admin, propose it.

    Raises:
        NotFound: the entry does not exist.
        Forbidden: the entry is the admin's own.
        Conflict: the entry was reversed before or cannot be, the balance would go below zero, or the account was
            erased.
    """
    entry = _entry(entry_id)
    booking = model.reversal_booking(entry, reason, (admin_id,))
    account_item, sum_item = read_together([accounts.account_key(entry.user_id), store.sum_key(admin_id)])
    account, so_far = accounts.read_account(account_item, entry.user_id), store.read_sum(sum_item, admin_id)
    unit_of_work.add(users.require_not_erased(entry.user_id))
    made = _book_or_propose(booking, account, so_far, now=now, unit_of_work=unit_of_work)
    if isinstance(made, Entry):
        unit_of_work.add(accounts.update_entry(entry, entry.model_copy(update={"reversed_by": made.id})))
    return made


def decide(
    proposal_id: str, request: ApprovalRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> Proposal:
    """Approve a proposal, which books it, or refuse it. Both admins must be active admins at that moment.

    Raises:
        NotFound: the proposal does not exist.
        Forbidden: the admin made it, it is about the admin, or one of both is no longer an active admin.
        Conflict: it was decided before, it cannot be booked any more, or the account was erased.
    """
    proposal = store.find_proposal(proposal_id)
    if proposal is None:
        raise NotFound("There is no such proposal.")
    decided = proposal.decided(request, admin_id=admin_id, now=now)
    unit_of_work.add(users.require_active_admin(admin_id))
    if decided.status == "approved":
        unit_of_work.add(
            users.require_proposer_is_admin(proposal.proposed_by),
            users.require_not_erased(proposal.user_id),
        )
        entry = _book_proposal(proposal, admin_id, now=now, unit_of_work=unit_of_work)
        decided = decided.model_copy(update={"entry_id": entry.id})
    unit_of_work.add(store.decide_proposal(proposal, decided))
    return decided


def _book_or_propose(
    booking: Booking, account: Account, so_far: SingleAdminSum, *, now: str, unit_of_work: UnitOfWork
) -> Entry | Proposal:
    """Book what the admin may book alone, or propose it; both are refused if it could not be booked now."""
    if not so_far.allows(booking.cents, now):
        make_entry(account, booking, now)
        proposal = model.new_proposal(booking, so_far.admin_id, now)
        unit_of_work.add(store.create_proposal(proposal))
        return proposal
    (entry,) = ledger.book({account.user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    unit_of_work.add(store.update_sum(so_far, so_far.with_amount(booking.cents, now)))
    return entry


def _book_proposal(proposal: Proposal, admin_id: str, *, now: str, unit_of_work: UnitOfWork) -> Entry:
    person, admins = proposal.user_id, (proposal.proposed_by, admin_id)
    keys = [accounts.account_key(person)]
    if proposal.transaction_id is not None:
        keys.append(accounts.entry_key(proposal.transaction_id))
    account_item, *entry_item = read_together(keys)
    original = accounts.read_entry(entry_item[0]) if entry_item else None
    if original is None:
        booking = model.adjustment_booking(person, proposal.amount_cents, proposal.reason, admins)
    else:
        booking = model.reversal_booking(original, proposal.reason, admins)
    account = accounts.read_account(account_item, person)
    (entry,) = ledger.book({person: account}, [booking], now=now, unit_of_work=unit_of_work)
    if original is not None:
        unit_of_work.add(accounts.update_entry(original, original.model_copy(update={"reversed_by": entry.id})))
    return entry


def statement_of(user_id: str, now: str) -> Statement:
    """All entries of a person as CSV, oldest first: as text, or as a file if they exceed a response's size limit."""
    name = f"khaya-statement-{now[:10]}.csv"
    return statements.make(name, COLUMNS, accounts.every_entry(user_id, COLUMNS), user_id=user_id)


def _entry(entry_id: str) -> Entry:
    entry = accounts.find_entry(entry_id)
    if entry is None:
        raise NotFound("There is no such transaction.")
    return entry
