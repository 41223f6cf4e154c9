"""Which mode of the payment provider a key is of, and which an environment needs: only prod moves real money."""

from __future__ import annotations

import json

from operations.refused import Refused

LIVE, TEST = "live", "test"


def key_in(value: str) -> str:
    """The payment key in a version of the secret; empty if it has none."""
    try:
        return str(json.loads(value)["secretKey"])
    except (ValueError, LookupError, TypeError):
        return ""


def of_key(key: str) -> str:
    """The mode of a key."""
    return LIVE if key.startswith("sk_live_") else TEST


def needed(environment: str) -> str:
    """The mode that an environment needs."""
    return LIVE if environment == "prod" else TEST


def check(key: str, environment: str) -> None:
    """Refuse a key with which payments would answer 503.

    Raises:
        Refused: the key is of the other mode.
    """
    has, needs = of_key(key), needed(environment)
    if has != needs:
        raise Refused(f"That is a {has} key, and {environment} needs a {needs} key. Nothing was changed.")
