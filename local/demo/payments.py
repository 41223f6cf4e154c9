"""A payment of the demo that nobody expects: it waits for an admin, who can only give it back."""

from local import providers
from local.demo.visit import Visits

REFERENCE = "demo-payment-of-nobody"
RAND = 150


def load(visits: Visits) -> None:
    """Have the payment arrive at the provider's stand-in, unless it did."""
    if REFERENCE not in providers.paystack_references(visits.port):
        told = {"outcome": "success", "amountCents": RAND * 100}
        providers.tell_paystack(visits.port, f"collections/{REFERENCE}", told)
