"""The table of timers in docs/payments.md: each timer of the code has a row, and each figure is the code's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, get_args

import pytest

from bench.payments import PAGE
from khaya.collections import model as collections
from khaya.collections.service import PAYING_MINUTES
from khaya.erasure.model import HOLD_DAYS
from khaya.escrows.model import Timer
from khaya.money_timers.service import MOST_POSTPONED_HOURS, POSTPONED_MINUTES
from khaya.payout_accounts.model import HOLD_HOURS, PayoutAccount
from khaya.payouts.model import RECHECK_DAYS, Payout, PayoutTerms, new_earning
from khaya.payouts.model import Reason as PayoutReason
from khaya.payouts.rules import BuyerPayment, Facts, stop_of, wait_of
from khaya.platform.base import clock
from khaya.pricing.model import Terms
from khaya.refunds.model import UNCLEAR_MINUTES, Refund, new_refund
from khaya.reminders import model as reminders
from khaya.waiting.model import REMINDER_DAYS
from local.schedules import schedules
from tests.support.template import ROOT, template

NOW = "2026-11-21T08:00:00.000Z"
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
TERMS, PAYOUT_TERMS = Terms(), PayoutTerms()


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


def seconds_to(at: str | None, since: str = NOW) -> float:
    """The seconds until a time that there must be."""
    assert at is not None
    return clock.seconds_between(since, at)


def later(seconds: float) -> str:
    return clock.plus(NOW, seconds=seconds)


def opened() -> collections.Collection:
    made = collections.new_collection(
        job_id="job", job_title="Tap", buyer_id="b", part="all", attempt=1, amount_cents=21_000, now=NOW
    )
    return made.opened("https://pay.example", NOW)


def pending() -> Payout:
    return new_earning(job_id="job", job_title="Tap", worker_id="w", amount_cents=19_000, fee_cents=1_000, now=NOW)


def asked() -> Refund:
    made = new_refund(job_id="job", job_title="Tap", buyer_id="b", amount_cents=21_000, now=NOW)
    return made.planned([("all", 21_000)], NOW).asking(NOW)


def sent_at(seconds: float) -> float:
    """The seconds until a payout is looked at again that was sent so long ago and not answered since."""
    at = later(seconds)
    return seconds_to(pending().bound("recipient", NOW).unanswered(at).next_at, at)


def refunded_at(seconds: float) -> float:
    """The seconds until a refund that is so old is looked at again while the provider makes it."""
    at = later(seconds)
    return seconds_to(asked().sent("r", at).next_at, at)


def looks_of_checkouts() -> list[float]:
    """Minutes to the first look, then the share of its age, and the days after which there is none."""
    first = seconds_to(opened().next_at) / MINUTE
    at = later(10 * HOUR)
    numerator, denominator = 1, 10 * HOUR / seconds_to(opened().looked_up("waiting", at).next_at, at)
    days = next(day for day in range(100) if opened().looked_up("waiting", later(day * DAY + 1)).next_at is None)
    return [first, numerator, denominator, days]


def waits_for_settlement() -> list[float]:
    """Minutes between the looks at first and later, and the days of payment between both."""
    account = PayoutAccount(verified=True, recipient="r")

    def wait(days: float) -> float:
        facts = Facts(account, paid_jobs=9, payments=[BuyerPayment(clock.plus(NOW, days=-days))])
        found = wait_of(pending(), facts, PAYOUT_TERMS, NOW)
        assert found is not None
        return seconds_to(found.until) / MINUTE

    days = next(day for day in range(100) if wait(day) != wait(0))
    return [wait(0), wait(days), days]


def waits_while_stopped() -> list[float]:
    """Hours between the looks at a payout that is stopped, and minutes for a refund."""
    found = {
        seconds_to(stop.until) / HOUR
        for facts in (Facts(None, is_suspended=True), Facts(None, has_open_chargeback=True))
        if (stop := stop_of(pending(), facts, NOW)) is not None
    }
    return [*found, seconds_to(asked().not_asked("chargeback", NOW).next_at) / MINUTE]


def retries_of_payouts() -> list[float]:
    """Hours until each next attempt."""
    found, payout = [], pending()
    while (payout := payout.bound("recipient", NOW).failed(NOW)).next_at is not None:
        found.append(seconds_to(payout.next_at) / HOUR)
    return found


def waits_for_balance() -> list[float]:
    payout = pending().bound("recipient", NOW).taken_back(NOW)
    found = {seconds_to(one.next_at) / MINUTE for one in (payout, asked().not_asked("balance_too_low", NOW))}
    return [*found]


def times_of_reconciliation() -> list[int]:
    (found,) = (one.when for one in schedules(template()) if one.name.startswith("reconciliation"))
    minute, hours = re.findall(r"cron\((\d+) ([\d,]+) ", found)[0]
    return [figure for hour in hours.split(",") for figure in (int(hour), int(minute))]


CONFIRM, HAND_IN = reminders.RECURRENCES["confirmWork"], reminders.RECURRENCES["handInWork"]

FIGURES: Final[dict[str, Sequence[float]]] = {
    "`deposit_overdue`": [TERMS.deposit_hours],
    "`work_overdue`": [TERMS.overdue_days],
    "`balance_overdue`": [TERMS.balance_hours],
    "`release_due`": [TERMS.release_hours],
    "`erasure`": [HOLD_DAYS],
    "`dispute_alarm`": [TERMS.alarm_days],
    "`dispute_decision`": [TERMS.decide_days],
    "a payment deadline that is put off": [POSTPONED_MINUTES, MOST_POSTPONED_HOURS, PAYING_MINUTES],
    "a release that is put off": [POSTPONED_MINUTES],
    "`collections`": looks_of_checkouts(),
    "a checkout link": [collections.LINK_HOURS],
    "`confirmWork`, `handInWork`": [
        reminders.FIRST_CONFIRMATION_DAYS,
        reminders.LATE_DAYS,
        CONFIRM.days,
        HAND_IN.days,
        CONFIRM.max_count,
    ],
    "`payouts`": [],
    "`no_account`, `account_not_verified`, `returned`": PAYOUT_TERMS.reminder_days,
    "`account_hold`": [HOLD_HOURS],
    "`not_settled`": waits_for_settlement(),
    "`new_worker`": [PAYOUT_TERMS.new_worker_days],
    "`suspended`, `chargeback`": waits_while_stopped(),
    "`balance_too_low`": waits_for_balance(),
    "`provider_unavailable`": [1, 4 * HOUR / sent_at(4 * HOUR), sent_at(0) / MINUTE, sent_at(90 * DAY) / HOUR],
    "`failed`": retries_of_payouts(),
    "`limit`, `admin_hold`": [],
    "a payout that was paid": RECHECK_DAYS,
    "`payout_accounts`": [seconds_to(PayoutAccount().postponed(NOW).next_at) / MINUTE],
    "`refunds`": [1, 8 * HOUR / refunded_at(8 * HOUR), refunded_at(0) / MINUTE, refunded_at(90 * DAY) / HOUR],
    "a refund whose answer was lost": [seconds_to(asked().unclear(NOW).next_at) / MINUTE, UNCLEAR_MINUTES],
    "a refund that needs an account": REMINDER_DAYS,
    "`suspense`": [],
    "the answer to a chargeback": [],
    "`reconciliation`": times_of_reconciliation(),
}
"""The figures of each row, by its first cell, as the code has them."""


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_of_the_table_is_the_codes(name: str) -> None:
    (row,) = (row for row in rows_of_timers() if row[0] == name)
    named = [int(figure) for figure in re.findall(r"\d+", re.sub(r"`[^`]*`", "", f"{row[1]} {row[2]}"))]
    assert named == list(FIGURES[name])


def test_every_row_is_compared() -> None:
    assert [row[0] for row in rows_of_timers()] == [*FIGURES]
    assert HAND_IN.max_count == CONFIRM.max_count


def test_the_tasks_run_as_often_as_the_page_says() -> None:
    minutes = re.findall(r"The task runs every (\d+) minutes \(`due-items`, `payouts`\)", PAGE.read_text())
    expressions = {one.name: one.when.split(" Africa")[0] for one in schedules(template())}
    assert {expressions["due-items-minutes"], expressions["payouts"]} == {f"rate({minutes[0]} minutes)"}
