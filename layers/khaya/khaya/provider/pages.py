"""The payment provider's pages, to which the browser goes for a checkout."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True)
class CheckoutPages:
    """The provider's name, and the hosts of its pages."""

    name: str
    hosts: tuple[str, ...]


def checkout_pages(provider: Literal["paystack"], base_url: str) -> CheckoutPages:
    """The pages of a provider whose API is at `base_url`. A stand-in serves API and pages from one host."""
    match provider:
        case "paystack":
            own = base_url == "https://api.paystack.co"
            hosts = ("checkout.paystack.com",) if own else (urlsplit(base_url).netloc,)
            return CheckoutPages("Paystack", hosts)
