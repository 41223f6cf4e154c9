"""Use cases of escrows. Each changes escrow, job, ledger and what follows from them in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from khaya.escrows import progress, store
from khaya.escrows.checkouts import Checkout, with_failed, with_latest
from khaya.escrows.model import Counted, Escrow
from khaya.escrows.opening import summary_of
from khaya.jobs import service as job_service
from khaya.jobs import store as jobs
from khaya.jobs.model import Job, WorkProof
from khaya.ledger import service as ledger
from khaya.ledger.model import guarded
from khaya.payouts import store as payouts
from khaya.payouts.model import earning_id, new_earning
from khaya.platform.base.errors import NotFound
from khaya.platform.base.models import Item
from khaya.platform.data.unit_of_work import Key, UnitOfWork, Write, read_together
from khaya.pricing.model import Part, Split
from khaya.profiles.store import PaidJob
from khaya.refunds import store as refunds
from khaya.refunds.model import new_refund
from khaya.users import store as users

Capture = Literal["deposit", "balance", "all"]


@dataclass(frozen=True)
class Deal:
    """A job with its escrow, as they were read together."""

    job: Job
    escrow: Escrow


def keys(job_id: str) -> list[Key]:
    """The keys of a job and its escrow, for batch reads."""
    return [jobs.key(job_id), store.key(job_id)]


def read_deal(job_item: Item | None, escrow_item: Item | None) -> Deal:
    """The deal in the items of `keys`.

    Raises:
        NotFound: the job does not exist, or has no escrow.
    """
    job, escrow = jobs.read(job_item), store.read(escrow_item)
    if job is None or escrow is None:
        raise NotFound("There is no such escrow.")
    return Deal(job, escrow)


def get_deal(job_id: str) -> Deal:
    """A job with its escrow.

    Raises:
        NotFound: the job does not exist, or has no escrow.
    """
    job_item, escrow_item = read_together(keys(job_id))
    return read_deal(job_item, escrow_item)


def deal_of(job: Job) -> Deal:
    """A job that was read, with its escrow.

    Raises:
        NotFound: the job has no escrow.
    """
    escrow = store.find(job.id)
    if escrow is None:
        raise NotFound("There is no such escrow.")
    return Deal(job, escrow)


def start(deal: Deal, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Report the start of the work.

    Raises:
        Conflict: the deposit is not paid, or the job cannot be started.
    """
    started = deal.job.started(now)
    return _change(deal, progress.started(deal.escrow, now), started, unit_of_work)


def submit(
    deal: Deal, proof: WorkProof, uploaded: Iterable[Item | None], *, worker_id: str, now: str, unit_of_work: UnitOfWork
) -> Job:
    """Hand in the work; `uploaded` are the items of the uploads in the proof.

    Raises:
        Invalid: a photo is missing, or is not the worker's upload.
        Conflict: the deposit is not paid, or the work cannot be submitted.
    """
    escrow = progress.submitted(deal.escrow, now) if deal.job.status == "in_progress" else deal.escrow
    job = job_service.submit(
        deal.job,
        proof,
        uploaded,
        worker_id=worker_id,
        now=now,
        unit_of_work=unit_of_work,
        escrow=summary_of(escrow),
    )
    unit_of_work.add(store.change(deal.escrow, escrow))
    return job


def send_back(deal: Deal, reason: str, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Send a submission back.

    Raises:
        Conflict: not everything is paid, or there is no submission.
    """
    return _change(deal, progress.sent_back(deal.escrow, now), deal.job.sent_back(reason, now), unit_of_work)


def cancel(deal: Deal, person: str, reason: str, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Cancel a job before the work started; the buyer gets everything back.

    Raises:
        Forbidden: the person is not a party.
        Conflict: the work has started, or the escrow has ended.
    """
    job = deal.job.cancelled(person, reason, now)
    escrow = progress.cancelled(deal.escrow, now)
    counts_for = person if deal.escrow.paid_cents else None
    return _end(deal, escrow, job, Split(0, deal.escrow.held_cents, 0), now, unit_of_work, cancelled_by=counts_for)


def confirm(deal: Deal, *, now: str, unit_of_work: UnitOfWork, by_itself: bool = False) -> Job:
    """Confirm the work, which releases the money to the worker.

    Raises:
        Conflict: not everything is paid, there is no submission, or a chargeback is open.
    """
    escrow = progress.released(deal.escrow, now, by_itself=by_itself)
    split = Split(escrow.released_cents, 0, deal.escrow.held_cents - escrow.released_cents)
    return _end(deal, escrow, deal.job.completed(now), split, now, unit_of_work)


def deposit_overdue(deal: Deal, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Cancel a job whose deposit was not paid in time.

    Raises:
        Conflict: the deposit was paid, or its time is not over.
    """
    escrow = progress.deposit_overdue(deal.escrow, now)
    job = deal.job.cancelled_by_system("The deposit was not paid in time.", now)
    return _end(deal, escrow, job, Split(0, 0, 0), now, unit_of_work)


def resolve(deal: Deal, escrow: Escrow, split: Split, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Carry out the end of a dispute; `escrow` is the escrow after it."""
    if escrow.status == "released":
        job = deal.job.completed(now)
    else:
        job = deal.job.cancelled_by_system("The dispute about the job was decided.", now)
    return _end(deal, escrow, job, split, now, unit_of_work)


def change_escrow(deal: Deal, escrow: Escrow, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Write a change of the escrow that ends neither it nor the job.

    The job is written too if what it shows changes. It may have been read before the latest change of the escrow, and
    is then refused as outdated.
    """
    if summary_of(escrow) == deal.job.escrow == summary_of(deal.escrow):
        unit_of_work.add(store.change(deal.escrow, escrow))
        return deal.job
    return _change(deal, escrow, deal.job.touched(now), unit_of_work)


def dispute_system(deal: Deal, escrow: Escrow, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Write a dispute that a deadline began; an unpaid balance is then the buyer's debt."""
    if escrow.dispute is not None and escrow.dispute.kind == "balance_unpaid":
        unit_of_work.add(users.count_debt(deal.escrow.buyer_id, +1))
    return change_escrow(deal, escrow, now=now, unit_of_work=unit_of_work)


def capture(deal: Deal, cents: int, *, source: str, fee_cents: int, now: str, unit_of_work: UnitOfWork) -> Job:
    """Book a payment of the buyer that the provider has confirmed; `fee_cents` is what the provider keeps of it.

    Raises:
        Conflict: the escrow has ended, or more would be paid than is due.
    """
    escrow = progress.captured(deal.escrow, cents, now)
    ledger.move(
        source,
        [
            ("providerUnsettled", fee_cents - cents),
            ("providerFees", -fee_cents),
            (guarded("escrow", escrow.id), cents),
        ],
        now=now,
        unit_of_work=unit_of_work,
    )
    _pay_debt(deal.escrow, escrow, unit_of_work)
    return change_escrow(deal, escrow, now=now, unit_of_work=unit_of_work)


def note_checkout(deal: Deal, checkout: Checkout, now: str) -> Write:
    """The write that notes the latest checkout on the escrow."""
    return store.change(deal.escrow, deal.escrow.updated(now, checkouts=with_latest(deal.escrow.checkouts, checkout)))


def note_failed_card(deal: Deal, part: Part, attempt: int, now: str) -> Write:
    """The write that counts the card payment of a checkout, which failed."""
    escrow = deal.escrow
    checkouts = with_failed(escrow.checkouts, part, attempt)
    return store.change(escrow, escrow.updated(now, checkouts=checkouts, failed_cards=escrow.failed_cards + 1))


def lose_chargeback(deal: Deal, escrow: Escrow, *, now: str, unit_of_work: UnitOfWork) -> Job:
    """Write what a lost chargeback made of an escrow; one that holds nothing any more ends, and its job is cancelled.

    The caller moves the money.
    """
    if escrow.status == deal.escrow.status or escrow.status != "refunded":
        return change_escrow(deal, escrow, now=now, unit_of_work=unit_of_work)
    job = deal.job.cancelled_by_system("The payment was charged back.", now)
    return _end(deal, escrow, job, Split(0, 0, 0), now, unit_of_work)


def _pay_debt(before: Escrow, after: Escrow, unit_of_work: UnitOfWork) -> None:
    """Take an unpaid balance from its buyer when the dispute about it has ended."""
    if before.status == "disputed" and after.status != "disputed" and before.is_about_balance:
        unit_of_work.add(users.count_debt(before.buyer_id, -1))


def _change(deal: Deal, escrow: Escrow, job: Job, unit_of_work: UnitOfWork) -> Job:
    after = job.with_escrow(summary_of(escrow))
    unit_of_work.add(jobs.change(deal.job, after), store.change(deal.escrow, escrow))
    return after


def _end(
    deal: Deal,
    escrow: Escrow,
    job: Job,
    split: Split,
    now: str,
    unit_of_work: UnitOfWork,
    *,
    cancelled_by: str | None = None,
) -> Job:
    """Write the end of a deal: both items, the shares of the money, and the counters of its parties."""
    paid: PaidJob | None = None
    if escrow.is_paid_in_full:
        paid, pair_writes = _count_paid(escrow, now)
        unit_of_work.add(*pair_writes)
        job = job.paid_out(now)
        if paid is not None:
            escrow = escrow.model_copy(update={"counted": Counted(on_time=paid.on_time)})
    after = job.with_escrow(summary_of(escrow))
    unit_of_work.add(store.change(deal.escrow, escrow))
    _share_out(escrow, split, now, unit_of_work)
    debt = -1 if deal.escrow.status == "disputed" and deal.escrow.is_about_balance else 0
    if after.status == "completed":
        unit_of_work.add(*job_service.completion(deal.job, after, now, paid, debt=debt))
    else:
        unit_of_work.add(*_cancellation(deal, after, cancelled_by, now, debt=debt))
    return after


def _count_paid(escrow: Escrow, now: str) -> tuple[PaidJob | None, list[Write]]:
    """Whether a fully paid job counts for its worker, and the write that counts it for the pair."""
    (item,) = read_together([store.pair_key(escrow.buyer_id, escrow.worker_id)])
    pair = store.read_pair(item)
    if not pair.counts(now):
        return None, []
    write = store.change_pair(escrow.buyer_id, escrow.worker_id, pair, pair.with_job(now))
    return PaidJob(on_time=escrow.is_on_time), [write]


def _share_out(escrow: Escrow, split: Split, now: str, unit_of_work: UnitOfWork) -> None:
    """Move what the escrow held to a payout, a refund and the platform's fees; `escrow` is the one after its end."""
    decided = escrow.dispute if escrow.dispute and escrow.dispute.split else None
    earning = earning_id(escrow.id)
    legs = [
        (guarded("escrow", escrow.id), -split.cents),
        (guarded("payout", earning), split.worker_cents),
        (guarded("refund", escrow.id), split.refund_cents),
        ("fees", split.platform_cents),
    ]
    ledger.move(f"escrow:{escrow.id}:end", legs, now=now, unit_of_work=unit_of_work)
    if split.worker_cents:
        payout = new_earning(
            job_id=escrow.id,
            job_title=escrow.job_title,
            worker_id=escrow.worker_id,
            amount_cents=split.worker_cents,
            fee_cents=split.platform_cents // 2,
            now=now,
            dispute_decision=decided.decision if decided else None,
            refunded_cents=split.refund_cents,
        )
        unit_of_work.add(payouts.create(payout))
    if split.refund_cents:
        refund = new_refund(
            job_id=escrow.id,
            job_title=escrow.job_title,
            buyer_id=escrow.buyer_id,
            amount_cents=split.refund_cents,
            now=now,
        )
        unit_of_work.add(refunds.create(refund))


def _cancellation(deal: Deal, after: Job, cancelled_by: str | None, now: str, *, debt: int) -> list[Write]:
    """The writes of a cancelled job. Who cancelled it after payment is noted on their record."""
    buyer, worker = deal.escrow.buyer_id, deal.escrow.worker_id
    found = [jobs.change(deal.job, after)]
    for person in (buyer, worker):
        if person == cancelled_by:
            (record,) = read_together([users.key(person)])
            found.append(users.count_paid_cancellation(record, person, now))
        else:
            found.append(users.end_job(person, debt=debt if person == buyer else 0))
    return found
