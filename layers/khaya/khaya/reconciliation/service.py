"""The nightly reconciliation, and what admins do with its differences."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from khaya.ledger import store as ledger
from khaya.ledger.model import DayClosing
from khaya.platform.base import clock, observability
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.reconciliation import ledger_check, provider_check, sending_check, store
from khaya.reconciliation.model import Finding, difference_of
from khaya.restores import store as restores
from khaya.settlements import service as settlements

_LOOKS: Final = 3
"""How often the balance is compared before it counts as different, as an index may lag, or a settlement just came."""


@dataclass
class ReconciliationCounts:
    """What a run did: days closed, settlements booked, differences found now, and differences that are open."""

    days: int = 0
    settlements: int = 0
    found: int = 0
    open: int = 0
    unfinished: int = 0

    def as_counts(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


def run(now: str, has_time: Callable[[], bool]) -> ReconciliationCounts:
    """Compare the ledger with itself and with our items, then our books with the provider's.

    Safe to repeat, and to run at any time; a day is closed once it is over.

    Raises:
        ProviderUnavailable: the provider does not answer; what was found before is kept.
    """
    report = ReconciliationCounts()
    closing = _close_days(now, has_time, report)
    if closing is None or closing.day < _day_before(now[:10]):
        report.unfinished = 1
        report.open = count_open()
        return report
    today = ledger_check.read_day(now[:10], now)
    report.found += _keep([*today.findings, *ledger_check.check_balances(today.touched)], now)
    _check_provider(closing, now, report)
    commit_now(restores.note_reconciled(now))
    report.open = count_open()
    return report


def count_open() -> int:
    """How many differences are open."""
    return sum(1 for _ in every_item(lambda page: store.with_status("open", page)))


def _close_days(now: str, has_time: Callable[[], bool], report: ReconciliationCounts) -> DayClosing | None:
    """Check and close each day that is over; returns the last closing."""
    closing = ledger.read_closing(read(ledger.closing_key(ledger.LATEST)))
    day = _day_after(closing.day) if closing else restores.not_reconciled_since(now)
    while day < now[:10] and has_time():
        found = ledger_check.read_day(day, f"{day}T99")
        findings = [*found.findings, *ledger_check.check_legs(day, found), *ledger_check.check_balances(found.touched)]
        report.found += _keep(findings, now)
        closing = ledger_check.closing_after(closing, day, found)
        commit_now(*ledger.put_closing(closing))
        report.days += 1
        day = _day_after(day)
    return closing


def _check_provider(closing: DayClosing, now: str, report: ReconciliationCounts) -> None:
    """Compare with the provider. What a step finds is kept before the next one, which may not get an answer."""
    since = restores.not_reconciled_since(now)
    sources = [source for day in _days(since, now[:10]) for source in ledger_check.read_day(day, now).sources]
    report.found += _keep(provider_check.check_collections(since, sources, now), now)
    report.found += _keep(provider_check.check_chargebacks(since, now), now)
    report.settlements += settlements.apply_new(now)
    sent = sending_check.check(since, sources, now)
    report.found += _keep(sent.findings, now)
    if not sent.messages:  # otherwise our books are about to change
        finding = _check_balance(closing, now, report)
        report.found += _keep([finding] if finding else [], now)


def _check_balance(closing: DayClosing, now: str, report: ReconciliationCounts) -> Finding | None:
    """The balance at the provider against ours."""
    finding = None
    for look in range(_LOOKS):
        if look:
            pause(look)
            report.settlements += settlements.apply_new(now)
        today = ledger_check.read_day(now[:10], clock.now())
        ours = -(closing.balances.get("providerBalance", 0) + today.sums["providerBalance"])
        finding = provider_check.check_balance(ours, sending_check.under_way_cents(), now)
        if finding is None:
            break
    return finding


def _keep(findings: Iterable[Finding], now: str) -> int:
    """Store findings that are not known yet; returns how many were new."""
    new = 0
    for finding in findings:
        difference = difference_of(finding, now)
        if store.find(difference.id) is not None:
            continue
        try:
            commit_now(store.create(difference))
        except WriteConflict:
            continue
        new += 1
        observability.logger().error(
            "difference", extra={"kind": finding.kind, "about": finding.object, "reason": finding.reason}
        )
    return new


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _days(first: str, last: str) -> list[str]:
    count = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return [(date.fromisoformat(first) + timedelta(days=number)).isoformat() for number in range(count + 1)]
