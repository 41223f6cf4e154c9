"""Money: integer cents of South African rand (ZAR)."""

from __future__ import annotations

from typing import Final

from khaya.platform.base.numbers import Whole

ZAR: Final = "ZAR"
"""The currency in which Khaya takes money and pays it out (ISO 4217)."""

RAND = 100
"""Cents in a rand."""

Cents = Whole
"""An amount in cents."""


def share(cents: int, percent: int) -> int:
    """`percent` of an amount in cents, rounded half up to the cent."""
    return (cents * percent * 2 + 100) // 200


def rand(cents: int) -> str:
    """An amount in cents as text for users, for example `R1,234.50`; whole rands without cents."""
    sign, whole, rest = ("-" if cents < 0 else ""), abs(cents) // RAND, abs(cents) % RAND
    return f"{sign}R{whole:,}" + (f".{rest:02}" if rest else "")


def amount_in(cents: int, currency: str) -> str:
    """An amount in any currency: rand as all others are shown, else for example `USD 50.05`."""
    return rand(cents) if currency == ZAR else f"{currency} {cents // RAND}.{cents % RAND:02}"
