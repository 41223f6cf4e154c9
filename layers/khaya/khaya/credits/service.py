"""The use cases around credits that need more than one read."""

from __future__ import annotations

from itertools import chain

from khaya.credits import model, statement, store
from khaya.credits.model import PROPOSAL_DAYS, AdjustmentRequest, Proposal
from khaya.ledger import service as ledger
from khaya.ledger import store as accounts
from khaya.ledger.model import Entry, Leg, entered
from khaya.payouts import store as payouts
from khaya.platform.aws import files
from khaya.platform.base import clock
from khaya.platform.base.errors import Forbidden, NotFound
from khaya.platform.base.ids import new_id
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.profiles import store as profiles
from khaya.users import store as users


def withdraw(cents: int, *, user_id: str, now: str, unit_of_work: UnitOfWork) -> Entry:
    """Take money out of a balance; it is on its way to the person's payout account from then on.

    Raises:
        Conflict: no payout account can be used now, or there is less to withdraw.
    """
    account_item, record = read_together([accounts.account_key(user_id), payouts.key(user_id)])
    account = accounts.read_account(account_item, user_id)
    booking = model.withdrawal(account, cents, payouts.read(record), now)
    (entry,) = ledger.book({user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    unit_of_work.add(profiles.require_present(user_id))
    return entry


def adjust(request: AdjustmentRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Entry | Proposal:
    """Put somebody's balance right. A large adjustment waits until a second admin asks for it too.

    Raises:
        Forbidden: it is the admin's own balance.
        NotFound: there is no such person.
        Conflict: the balance would go below zero.
    """
    person, cents = request.user_id, request.amount_cents
    if person == admin_id:
        raise Forbidden("No admin acts on themselves.")
    account_item, record, waiting_item = read_together(
        [accounts.account_key(person), users.key(person), store.proposal_key(person, cents)]
    )
    if not users.is_record(record):
        raise NotFound("There is no such person.")
    account = accounts.read_account(account_item, person)
    waiting = store.read_proposal(waiting_item)
    admins: tuple[str, ...] = (admin_id,)
    if model.needs_second_admin(cents):
        if waiting is None or not waiting.awaits(admin_id, now):
            entered(account, model.adjustment(request, admins), now)
            return _propose(request, waiting, admin_id=admin_id, now=now, unit_of_work=unit_of_work)
        unit_of_work.add(store.take(waiting))
        admins = (waiting.proposed_by, admin_id)
    (entry,) = ledger.book({person: account}, [model.adjustment(request, admins)], now=now, unit_of_work=unit_of_work)
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
    unit_of_work.add(store.propose(before, proposal))
    return proposal


def reverse(entry_id: str, reason: str, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Entry:
    """Take an entry back by its opposite, once.

    Raises:
        NotFound: there is no such entry.
        Forbidden: it is the admin's own.
        Conflict: it was taken back before, cannot be, or the balance would go below zero.
    """
    entry = _entry(entry_id)
    booking = model.reversal(entry, reason, admin_id)
    account = accounts.account(entry.user_id)
    (opposite,) = ledger.book({entry.user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    unit_of_work.add(accounts.mark(entry, entry.model_copy(update={"reversed_by": opposite.id})))
    return opposite


def withdrawal_paid(entry_id: str, *, now: str, unit_of_work: UnitOfWork) -> Entry:
    """A withdrawal has arrived. Told again, it changes nothing.

    Raises:
        NotFound: there is no such entry.
        Conflict: it is not a withdrawal, or it has failed.
    """
    entry = _entry(entry_id)
    if entry.withdrawal_status == "paid":
        return entry
    paid = model.paid(entry)
    account = accounts.account(entry.user_id)
    cents = -entry.amount_cents
    unit_of_work.add(accounts.change(account, account.with_paid_withdrawal(cents)), accounts.mark(entry, paid))
    legs = [Leg(account="withdrawals", cents=-cents), Leg(account="provider", cents=cents)]
    ledger.transfer(f"payout:{entry.id}", legs, now=now, unit_of_work=unit_of_work)
    return paid


def withdrawal_failed(entry_id: str, reason: str, *, now: str, unit_of_work: UnitOfWork) -> Entry:
    """A withdrawal has failed: the money is back in the balance, once. Told again, it changes nothing.

    Raises:
        NotFound: there is no such entry.
        Conflict: it is not a withdrawal, or it has been paid.
    """
    entry = _entry(entry_id)
    if entry.withdrawal_status == "failed":
        return entry
    booking = model.failure(entry, reason)
    account = accounts.account(entry.user_id)
    (opposite,) = ledger.book({entry.user_id: account}, [booking], now=now, unit_of_work=unit_of_work)
    failed = entry.model_copy(update={"withdrawal_status": "failed", "reversed_by": opposite.id})
    unit_of_work.add(accounts.mark(entry, failed))
    return failed


def statement_of(user_id: str, now: str) -> statement.Statement:
    """All entries of a person as CSV, the oldest first: as text, or as a file where an answer could not hold it."""
    name = f"khaya-statement-{now[:10]}.csv"
    lines = statement.lines(accounts.every_entry(user_id, statement.COLUMNS))
    held, fits = statement.as_far_as_it_fits(lines)
    if fits:
        return statement.Statement(name, text="".join(held))
    key = f"{files.STATEMENTS}/{user_id}/{new_id()}.csv"
    files.write(key, (line.encode() for line in chain(held, lines)), content_type=statement.CONTENT_TYPE)
    return statement.Statement(name, link=files.link(key, name))


def _entry(entry_id: str) -> Entry:
    entry = accounts.find_entry(entry_id)
    if entry is None:
        raise NotFound("There is no such transaction.")
    return entry
