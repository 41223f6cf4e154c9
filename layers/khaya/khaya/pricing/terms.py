"""The terms of the day."""

from __future__ import annotations

from functools import cache

from khaya.platform.base.settings import PricingSettings, settings
from khaya.pricing.model import Terms


def present_terms() -> Terms:
    """The shares and deadlines of escrows that are agreed on now.

    Raises:
        ValidationError: the parameter `EscrowTerms` is no JSON object of the fields of `Terms`.
    """
    return _read(settings(PricingSettings).escrow_terms)


@cache
def _read(text: str) -> Terms:
    return Terms.model_validate_json(text, strict=True)
