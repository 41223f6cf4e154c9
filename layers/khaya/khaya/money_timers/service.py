"""Applies the timers of escrows that are due, and asks the provider about open collections. Safe to repeat.

Before a deadline of payment passes, the provider is asked. If it cannot be asked, or the buyer may just be paying, the
deadline is postponed, by 24 hours at most. A suspended person's release waits.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from khaya.collections import service as collections
from khaya.collections import store as collection_store
from khaya.collections.model import reference_of
from khaya.escrows import resolution, service, store
from khaya.escrows.model import Timer
from khaya.escrows.service import Deal
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import Conflict, NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.pricing.model import Split
from khaya.provider.errors import ProviderUnavailable
from khaya.users import store as users

POSTPONED_MINUTES: Final = 15
MOST_POSTPONED_HOURS: Final = 24
EARLIER_CHECKOUTS: Final = 4
"""Checkouts before the latest one that are looked up too before a deadline of payment passes."""
_ATTEMPTS: Final = 10
_OF_PAYMENT: Final[frozenset[Timer]] = frozenset({"deposit_overdue", "balance_overdue"})


@dataclass
class TimerCounts:
    """The result of a run: timers that were applied or postponed, collections that were looked up, and failures."""

    applied: int = 0
    postponed: int = 0
    looked_up: int = 0
    failed: int = 0

    def as_counts(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


def run_due(now: str, time_is_left: Callable[[], bool]) -> TimerCounts:
    """Apply all timers that are due and look up all collections that are, while time is left."""
    report = TimerCounts()
    for reference in _due_collections(now):
        if not time_is_left():
            return report
        report.looked_up += _guarded(lambda reference=reference: _look_up(reference, now), report)  # type: ignore[misc]
    for job_id in _due_escrows(now):
        if not time_is_left():
            return report
        applied = _guarded(lambda job_id=job_id: apply_timer(job_id, now), report)  # type: ignore[misc]
        report.applied += applied
        report.postponed += not applied
    return report


def apply_timer(job_id: str, now: str) -> bool:
    """Apply the next timer of an escrow if it is due; returns False if it was postponed, or nothing was due.

    Raises:
        WriteConflict: other changes kept this one from being made.
    """
    return retry_on_conflict(lambda: _apply(job_id, now), _ATTEMPTS)


def _due_collections(now: str) -> Iterator[str]:
    for shard in range(collection_store.SHARDS):
        for page in collection_store.due(shard, now):
            yield from page


def _due_escrows(now: str) -> Iterator[str]:
    for shard in range(store.SHARDS):
        for page in store.due(shard, now):
            yield from page


def _guarded(call: Callable[[], bool], report: TimerCounts) -> bool:
    """The result of `call`; a failure is counted and does not stop the others."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - one escrow must not stop the others
        report.failed += 1
        observability.logger().error("money timer failed", extra={"error": type(error).__name__})
        return False


def _look_up(reference: str, now: str) -> bool:
    try:
        return collections.apply(reference, now) is not None
    except ProviderUnavailable:
        return False


def _apply(job_id: str, now: str) -> bool:
    try:
        deal = service.get_deal(job_id)
    except NotFound:
        return False
    timer = deal.escrow.next_timer
    if timer is None or timer[0] > now or deal.escrow.is_frozen:
        return False
    due_at, name = timer
    if name in _OF_PAYMENT:
        if _must_wait(deal, due_at, now):
            _postpone(deal, now)
            return False
        deal = service.get_deal(job_id)  # the look-up may have booked a payment
    elif name == "release_due" and _is_suspended(deal):
        _postpone(deal, now)
        return False
    unit_of_work = UnitOfWork()
    try:
        _STEPS[name](deal, now, unit_of_work)
    except Conflict:
        return False
    unit_of_work.commit()
    return True


def _must_wait(deal: Deal, due_at: str, now: str) -> bool:
    """Whether a deadline of payment is postponed: the provider cannot be asked, or the buyer may just be paying.

    People also pay on the page of an earlier checkout, so the latest few are looked up.
    """
    checkout = deal.escrow.checkout
    if checkout is None:
        return False
    attempts = range(max(1, checkout.attempt - EARLIER_CHECKOUTS), checkout.attempt + 1)
    references = [reference_of(deal.escrow.id, checkout.part, attempt) for attempt in attempts]
    try:
        waits = any(collections.is_under_way(reference, now) for reference in references)
    except ProviderUnavailable:
        waits = True
    return waits and clock.plus(due_at, hours=MOST_POSTPONED_HOURS) > now


def _is_suspended(deal: Deal) -> bool:
    people = read_together([users.key(deal.escrow.buyer_id), users.key(deal.escrow.worker_id)])
    return any((record or {}).get("status") == "suspended" for record in people)


def _postpone(deal: Deal, now: str) -> None:
    later = clock.plus(now, minutes=POSTPONED_MINUTES)
    commit_now(store.change(deal.escrow, deal.escrow.updated(now, postponed_to=later)))


def _release(deal: Deal, now: str, unit_of_work: UnitOfWork) -> None:
    service.confirm(deal, now=now, unit_of_work=unit_of_work, by_itself=True)


def _deposit_overdue(deal: Deal, now: str, unit_of_work: UnitOfWork) -> None:
    service.deposit_overdue(deal, now=now, unit_of_work=unit_of_work)


def _balance_overdue(deal: Deal, now: str, unit_of_work: UnitOfWork) -> None:
    service.dispute_system(deal, resolution.balance_overdue(deal.escrow, now), now=now, unit_of_work=unit_of_work)


def _work_overdue(deal: Deal, now: str, unit_of_work: UnitOfWork) -> None:
    service.dispute_system(deal, resolution.work_overdue(deal.escrow, now), now=now, unit_of_work=unit_of_work)


def _alarm(deal: Deal, now: str, unit_of_work: UnitOfWork) -> None:
    alarmed = resolution.alarmed(deal.escrow, now)
    service.change_escrow(deal, alarmed, now=now, unit_of_work=unit_of_work)
    unit_of_work.after_commit(lambda: observability.call_operator("dispute_waits"))


def _decide(deal: Deal, now: str, unit_of_work: UnitOfWork) -> None:
    decided = resolution.decided_by_itself(deal.escrow, now)
    refund = decided.refunded_cents - deal.escrow.refunded_cents
    split = Split(decided.released_cents, refund, deal.escrow.held_cents - decided.released_cents - refund)
    service.resolve(deal, decided, split, now=now, unit_of_work=unit_of_work)


_STEPS: Final[dict[Timer, Callable[[Deal, str, UnitOfWork], None]]] = {
    "deposit_overdue": _deposit_overdue,
    "balance_overdue": _balance_overdue,
    "work_overdue": _work_overdue,
    "release_due": _release,
    "dispute_alarm": _alarm,
    "dispute_decision": _decide,
}
