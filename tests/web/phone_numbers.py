"""Phone numbers that nobody has yet, and the codes that are sent to them."""

from __future__ import annotations

import itertools
import re
import time

from local import providers
from tests.support.marketplace import Marketplace

_numbers = itertools.count(int(time.time()) % 1_000_000)


def new_number() -> str:
    """A phone number that nobody has yet, without its first zero."""
    return f"83{next(_numbers):07}"


def codes_of(marketplace: Marketplace, number: str) -> list[str]:
    """The codes that came to a number, the newest first."""
    texts = [one.text for one in providers.sent(marketplace.port) if one.to == f"+27{number}"]
    return [found[0] for text in texts if (found := re.search(r"\b\d{6}\b", text))]


def code_for(marketplace: Marketplace, phone: str) -> str:
    """The code that was sent to a phone last."""
    for _ in range(200):
        codes = codes_of(marketplace, phone.removeprefix("+27"))
        if codes:
            return codes[0]  # the newest is the first
        time.sleep(0.2)
    raise AssertionError(f"no code came to {phone}")
