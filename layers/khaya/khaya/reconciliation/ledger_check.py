"""Compares the ledger with itself, and its balances with the states of what they belong to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from khaya.escrows import store as escrows
from khaya.ledger import store as ledger
from khaya.ledger.model import PLATFORM_ACCOUNTS, DayClosing, Movement, is_guarded
from khaya.payouts import store as payouts
from khaya.platform.base.backoff import pause
from khaya.platform.base.models import Item
from khaya.platform.data.pages import PageRequest, every_item
from khaya.platform.data.unit_of_work import Key, read_together
from khaya.reconciliation.model import Finding, flows_of
from khaya.refunds import store as refunds

_LOOKS: Final = 4
"""How often balances are read before they count as wrong, since two items that are read may be of different moments."""

_AT_ONCE: Final = 50


@dataclass
class DayMovements:
    """What the movements of a day say.

    Attributes:
        sums: cents by platform account.
        touched: the guarded accounts that changed.
        sources: what was booked.
    """

    sums: Counter[str] = field(default_factory=Counter)
    flows: Counter[str] = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)
    sources: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_day(day: str, until: str) -> DayMovements:
    """The movements of a day up to a moment."""
    found = DayMovements()
    for movement in every_item(partial(ledger.movements, day)):
        if movement.created_at > until:
            break
        _add(movement, found)
    return found


def check_legs(day: str, found: DayMovements) -> Iterator[Finding]:
    """The platform accounts whose legs of a finished day are not those of its movements."""
    for account in sorted(PLATFORM_ACCOUNTS) if found.sources else ():
        cents = sum(leg.cents for leg in every_item(partial(ledger.legs, account, day)))
        if cents != found.sums[account]:
            yield Finding("account", f"{account} {day}", "legs_missing", cents, found.sums[account])


def closing_after(before: DayClosing | None, day: str, found: DayMovements) -> DayClosing:
    """The closing of a day."""
    earlier = before.balances if before else {}
    balances = {account: earlier.get(account, 0) + found.sums[account] for account in sorted(PLATFORM_ACCOUNTS)}
    return DayClosing(day=day, balances=balances, flows={name: cents for name, cents in found.flows.items() if cents})


def check_balances(accounts: Iterable[str]) -> Iterator[Finding]:
    """The guarded accounts that hold another amount than the state of what they belong to says."""
    ordered = sorted(accounts)
    for start in range(0, len(ordered), _AT_ONCE):
        left = ordered[start : start + _AT_ONCE]
        wrong: dict[str, Finding] = {}
        for look in range(_LOOKS):
            if look:
                pause(look)
            wrong = {account: finding for account in left if (finding := _check(account))} if look else _first(left)
            left = list(wrong)
            if not left:
                break
        yield from wrong.values()


def _add(movement: Movement, found: DayMovements) -> None:
    found.sources.append(movement.source)
    found.flows.update(flows_of(movement))
    total = sum(leg.cents for leg in movement.legs)
    if total:
        found.findings.append(Finding("movement", movement.source, "not_zero", total, 0))
    for leg in movement.legs:
        if is_guarded(leg.account):
            found.touched.add(leg.account)
        else:
            found.sums[leg.account] += leg.cents


def _first(accounts: list[str]) -> dict[str, Finding]:
    """The findings of many accounts, in one read."""
    items = iter(read_together([key for account in accounts for key in _keys(account)]))
    found = {account: _compare(account, [next(items) for _ in _keys(account)]) for account in accounts}
    return {account: finding for account, finding in found.items() if finding is not None}


def _check(account: str) -> Finding | None:
    return _compare(account, read_together(_keys(account)))


def _keys(account: str) -> list[Key]:
    """The keys of a guarded account's balance and of what it belongs to."""
    kind, _, name = account.partition("#")
    match kind:
        case "person":
            return [ledger.account_key(name)]
        case "escrow":
            return [ledger.balance_key(account), escrows.key(name)]
        case "payout":
            return [ledger.balance_key(account), payouts.key(name)]
        case _:
            return [ledger.balance_key(account), refunds.key(name)]


def _compare(account: str, items: list[Item | None]) -> Finding | None:
    kind, _, name = account.partition("#")
    match kind:
        case "person":
            held = ledger.read_account(items[0], name).balance_cents
            newest = ledger.entries(name, PageRequest(("reconciliation",), 1)).items
            expected = newest[0].balance_after_cents if newest else 0
            return _finding("person", name, held, expected)
        case "escrow":
            escrow = escrows.read(items[1])
            return _finding("escrow", name, ledger.read_balance(items[0]), escrow.held_cents if escrow else None)
        case "payout":
            payout = payouts.read(items[1])
            return _finding("payout", name, ledger.read_balance(items[0]), payout.held_cents if payout else None)
        case _:
            refund = refunds.read(items[1])
            return _finding("refund", name, ledger.read_balance(items[0]), refund.held_cents if refund else None)


def _finding(kind: str, name: str, held: int, expected: int | None) -> Finding | None:
    if expected == held or (expected is None and not held):
        return None
    reason = "item_missing" if expected is None else "balance_not_what_state_says"
    return Finding(kind, name, reason, held, expected)  # type: ignore[arg-type]
