"""The limits and waiting times of payouts that hold now."""

from __future__ import annotations

from functools import cache

from khaya.payouts.model import PayoutTerms
from khaya.platform.base.settings import PayoutSettings, settings


def present_terms() -> PayoutTerms:
    """The limits and waiting times of payouts.

    Raises:
        ValidationError: the parameter `PayoutTerms` is no JSON object of the fields of `PayoutTerms`.
    """
    return _read(settings(PayoutSettings).payout_terms)


@cache
def _read(text: str) -> PayoutTerms:
    return PayoutTerms.model_validate_json(text)
