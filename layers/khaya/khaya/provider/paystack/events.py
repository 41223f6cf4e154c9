"""Paystack's webhooks: https://paystack.com/docs/payments/webhooks/."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

from khaya.provider.errors import WrongSignature
from khaya.provider.model import Hint
from khaya.provider.paystack import keys
from khaya.provider.paystack.answers import Fields, UnreadableAnswer

SIGNATURE: Final = "x-paystack-signature"


def hints(body: bytes, headers: Mapping[str, str]) -> tuple[Hint, ...]:
    """What a request hints at; see the port."""
    _require_signature(body, headers)
    try:
        whole = Fields(json.loads(body))
        hint = _hint(whole.text("event"), whole.object("data"))
    except (ValueError, RecursionError, UnreadableAnswer):
        return ()
    return (hint,) if hint else ()


def _hint(event: str, data: Fields) -> Hint | None:
    match event.split("."):
        case ["charge", "success"]:
            return Hint("collection", data.text("reference"))
        case ["charge", "dispute", _]:
            return Hint("chargeback", data.object("transaction").text("reference"), data.id())
        case ["refund", _]:
            return Hint("refund", data.text("transaction_reference"))
        case ["transfer", _]:
            return Hint("payout", data.text("reference"))
    return None


def _require_signature(body: bytes, headers: Mapping[str, str]) -> None:
    """Compare the signature with that of each valid key.

    Raises:
        WrongSignature: it is missing, or none fits.
    """
    given = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
    if not any(_is_signed(body, given, key) for key in keys.valid_keys()):
        raise WrongSignature("no valid signature")


def _is_signed(body: bytes, given: str, key: str) -> bool:
    expected = hmac.new(key.encode(), body, hashlib.sha512).hexdigest()
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
