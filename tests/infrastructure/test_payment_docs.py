"""docs/payments.md says what the code does: its pictures and its margin table are those of the code."""

from __future__ import annotations

import re
from typing import get_args

from bench.payments import ACCOUNTS, MOVEMENTS, PAGE, parts, text_with_parts
from khaya.escrows.model import Timer
from khaya.ledger.model import GuardedKind, PlatformAccount
from khaya.payouts.model import Reason as PayoutReason
from khaya.pricing.model import Terms, amounts_of
from khaya.pricing.provider_fees import kept_cents
from khaya.reconciliation.model import Reason
from local.schedules import schedules
from tests.support.template import ROOT, template


def test_the_generated_parts_are_up_to_date() -> None:
    page = PAGE.read_text()
    assert page == text_with_parts(page), "python -m bench.payments --write-docs"
    assert len(parts()) == 7


def test_every_account_is_described_and_in_the_picture() -> None:
    names = {*get_args(GuardedKind), *get_args(PlatformAccount)}
    assert set(ACCOUNTS) == names
    drawn = {name for _, sources, target in MOVEMENTS for name in (*sources, target)}
    assert names - drawn == {"adjustments", "providerBank"}


def test_the_legal_position_stands_first() -> None:
    first = PAGE.read_text().split("\n\n")[1]
    for word in ("escrow", "written agreement", "central bank"):
        assert word in first


def test_every_reason_of_a_difference_has_a_line_for_the_operator() -> None:
    page = PAGE.read_text()
    for reason in get_args(Reason):
        assert f"`{reason}`" in page


def test_the_platform_keeps_something_at_every_amount() -> None:
    terms = Terms()
    for cents in range(terms.min_cents, terms.max_cents + 1, 97):
        assert kept_cents(amounts_of(cents, terms), account_check=True) > 0


def rows_of_timers() -> list[list[str]]:
    """The cells of the table of timers, row by row."""
    table = re.findall(r"<!-- timers -->\n(.*?)<!-- end -->", PAGE.read_text(), re.DOTALL)[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def names_in(cell: str) -> set[str]:
    return set(re.findall(r"`([A-Za-z_-]+)`", cell))


def test_each_timer_of_the_code_has_a_row() -> None:
    rows = set().union(*(names_in(row[0]) for row in rows_of_timers()))
    assert rows >= {*get_args(Timer), *get_args(PayoutReason)}
    stores = ROOT.glob("layers/khaya/khaya/*/store.py")
    of_due_items = {path.parent.name for path in stores if re.search(r"dueShard|due_pages", path.read_text())}
    of_money = of_due_items - {"reminders", "deliveries"}
    assert of_money == {"collections", "erasure", "escrows", "payout_accounts", "payouts", "refunds", "suspense"}
    assert rows >= of_money - {"escrows"}  # those have a row for each timer


def test_each_task_of_the_table_is_a_schedule_of_the_template() -> None:
    known = [schedule.name for schedule in schedules(template())]
    named = set().union(*(names_in(row[4]) for row in rows_of_timers()))
    assert named >= {"due-items", "payouts", "reconciliation"}
    assert [name for name in named if not any(one.startswith(name) for one in known)] == []


def test_each_row_says_when_what_and_to_whom() -> None:
    for row in rows_of_timers():
        assert len(row) == 5, row
        assert all(row), row
