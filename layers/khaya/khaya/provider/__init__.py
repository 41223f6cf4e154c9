"""The payment provider: its port, the adapters behind it, and which of them the deployment uses.

No other domain is imported here, and only an adapter knows its provider by name.
"""

from __future__ import annotations

from functools import cache

from khaya.platform.base.settings import ProviderSettings, settings
from khaya.provider import circuit
from khaya.provider.errors import ProviderUnavailable
from khaya.provider.port import PaymentProvider


def is_configured() -> bool:
    """Whether this deployment has a payment provider."""
    return bool(settings(ProviderSettings).payment_secret_arn)


@cache
def payment_provider() -> PaymentProvider:
    """The payment provider of this deployment, behind its circuit breaker."""
    match settings(ProviderSettings).payment_provider:
        case "paystack":
            from khaya.provider.paystack.adapter import Paystack  # noqa: PLC0415 - only the adapter that is used

            return circuit.guarded(Paystack())


@cache
def check_at_start() -> bool:
    """Whether this environment may use the key; checked once by a function that starts, and logged if not.

    Each call refuses a wrong key too, but there may be no call for days. Only Secrets Manager is asked.
    """
    if not is_configured():
        return False
    try:
        payment_provider().check_key()
    except ProviderUnavailable:  # the adapter has logged what to do about a key of the wrong mode
        return False
    return True
