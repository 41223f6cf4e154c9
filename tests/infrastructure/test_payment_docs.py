"""docs/payments.md says what the code does: its pictures and its margin table are those of the code."""

from __future__ import annotations

from typing import get_args

from bench.payments import ACCOUNTS, MOVEMENTS, PAGE, parts, text_with_parts
from khaya.ledger.model import GuardedKind, PlatformAccount
from khaya.pricing.model import Terms, amounts_of
from khaya.pricing.provider_fees import kept_cents
from khaya.reconciliation.model import Reason


def test_the_generated_parts_are_up_to_date() -> None:
    page = PAGE.read_text()
    assert page == text_with_parts(page), "python -m bench.payments --write-docs"
    assert len(parts()) == 8


def test_every_account_is_described_and_in_the_picture() -> None:
    names = {*get_args(GuardedKind), *get_args(PlatformAccount)}
    assert set(ACCOUNTS) == names
    drawn = {name for _, sources, target in MOVEMENTS for name in (*sources, target)}
    assert names - drawn == {"adjustments"}


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
