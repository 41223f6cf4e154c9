"""Use cases of credits that need more than one read."""

from __future__ import annotations

from itertools import chain

from khaya.credits import model, statement, store
from khaya.credits.model import PROPOSAL_DAYS, AdjustmentRequest, Proposal
from khaya.ledger import service as ledger
from khaya.ledger import store as accounts
from khaya.ledger.model import Entry, Leg, make_entry
from khaya.payouts import store as payouts
from khaya.platform.aws import files
from khaya.platform.base import clock
from khaya.platform.base.errors import Forbidden, NotFound
from khaya.platform.base.ids import new_id
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.profiles import store as profiles
from khaya.users import store as users


def withdraw(cents: int, *, user_id: str, now: str, unit_of_work: UnitOfWork) -> Entry:
    """Withdraw credits from a balance; the entry is `pending` until the payout arrives or fails.

    Raises:
        Conflict: no payout account is usable now, or the withdrawable balance is too small.
    """
    account_item, record = read_together([accounts.account_key(user_id), payouts.key(user_id)])
    account = accounts.read_account(account_item, user_id)
    booking = model.withdrawal_booking(account, cents, payouts.read(record), now)
    (entry,) = ledger.book({user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    unit_of_work.add(profiles.require_present(user_id))
    return entry


def adjust(request: AdjustmentRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Entry | Proposal:
    """Adjust a person's balance. A large adjustment becomes a proposal, which a second admin's same request books.

    Raises:
        Forbidden: it is the admin's own balance.
        NotFound: the person does not exist.
        Conflict: the balance would go below zero.
    """
    person, cents = request.user_id, request.amount_cents
    if person == admin_id:
        raise Forbidden("No admin acts on themselves.", code="own_affair")
    account_item, record, proposal_item = read_together(
        [accounts.account_key(person), users.key(person), store.proposal_key(person, cents)]
    )
    if not users.is_record(record):
        raise NotFound("There is no such person.")
    account = accounts.read_account(account_item, person)
    proposal = store.read_proposal(proposal_item)
    admins: tuple[str, ...] = (admin_id,)
    if model.needs_second_admin(cents):
        if proposal is None or not proposal.can_be_approved_by(admin_id, now):
            make_entry(account, model.adjustment_booking(request, admins), now)  # refuses what could not be booked now
            return _propose(request, proposal, admin_id=admin_id, now=now, unit_of_work=unit_of_work)
        unit_of_work.add(store.delete_proposal(proposal))
        admins = (proposal.proposed_by, admin_id)
    booking = model.adjustment_booking(request, admins)
    (entry,) = ledger.book({person: account}, [booking], now=now, unit_of_work=unit_of_work)
    return entry


def _propose(
    request: AdjustmentRequest, before: Proposal | None, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> Proposal:
    proposal = Proposal(
        user_id=request.user_id,
        amount_cents=request.amount_cents,
        reason=request.reason,
        proposed_by=admin_id,
        created_at=now,
        expires_at=clock.plus(now, days=PROPOSAL_DAYS),
    )
    unit_of_work.add(store.put_proposal(before, proposal))
    return proposal


def reverse(entry_id: str, reason: str, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Entry:
    """Reverse an entry by its opposite, once.

    Raises:
        NotFound: the entry does not exist.
        Forbidden: the entry is the admin's own.
        Conflict: the entry was reversed before or cannot be, or the balance would go below zero.
    """
    entry = _entry(entry_id)
    booking = model.reversal_booking(entry, reason, admin_id)
    account = accounts.account(entry.user_id)
    (opposite,) = ledger.book({entry.user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    unit_of_work.add(accounts.update_entry(entry, entry.model_copy(update={"reversed_by": opposite.id})))
    return opposite


def withdrawal_paid(entry_id: str, *, now: str, unit_of_work: UnitOfWork) -> Entry:
    """Mark a withdrawal as paid. A repeated call changes nothing.

    Raises:
        NotFound: the entry does not exist.
        Conflict: the entry is not a withdrawal, or it has failed.
    """
    entry = _entry(entry_id)
    if entry.withdrawal_status == "paid":
        return entry
    paid = model.paid(entry)
    account = accounts.account(entry.user_id)
    cents = -entry.amount_cents
    unit_of_work.add(
        accounts.update_account(account, account.with_paid_withdrawal(cents)), accounts.update_entry(entry, paid)
    )
    legs = [Leg(account="withdrawals", cents=-cents), Leg(account="provider", cents=cents)]
    ledger.transfer(f"payout:{entry.id}", legs, now=now, unit_of_work=unit_of_work)
    return paid


def withdrawal_failed(entry_id: str, reason: str, *, now: str, unit_of_work: UnitOfWork) -> Entry:
    """Mark a withdrawal as failed and return its amount to the balance, once. A repeated call changes nothing.

    Raises:
        NotFound: the entry does not exist.
        Conflict: the entry is not a withdrawal, or it has been paid.
    """
    entry = _entry(entry_id)
    if entry.withdrawal_status == "failed":
        return entry
    booking = model.failure_booking(entry, reason)
    account = accounts.account(entry.user_id)
    (opposite,) = ledger.book({entry.user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    failed = entry.model_copy(update={"withdrawal_status": "failed", "reversed_by": opposite.id})
    unit_of_work.add(accounts.update_entry(entry, failed))
    return failed


def statement_of(user_id: str, now: str) -> statement.Statement:
    """All entries of a person as CSV, oldest first: as text, or as a file if they exceed a response's size limit."""
    name = f"khaya-statement-{now[:10]}.csv"
    lines = statement.lines(accounts.every_entry(user_id, statement.COLUMNS))
    held, complete = statement.lines_that_fit(lines)
    if complete:
        return statement.Statement(name, text="".join(held))
    key = f"{files.STATEMENTS}/{user_id}/{new_id()}.csv"
    files.write(key, (line.encode() for line in chain(held, lines)), content_type=statement.CONTENT_TYPE)
    return statement.Statement(name, link=files.link(key, name))


def _entry(entry_id: str) -> Entry:
    entry = accounts.find_entry(entry_id)
    if entry is None:
        raise NotFound("There is no such transaction.")
    return entry
