"""Which values of parameters are examples, or for a developer's machine, and must not reach prod."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

ADDRESSES = ("AllowedOrigins", "AppUrl", "MediaBaseUrl")
"""Parameters with one or more https addresses, separated by commas."""
DOMAINS = ("EmailDomain", "PaymentEmailDomain")
REQUIRED = ("AllowedOrigins", "AppUrl", *DOMAINS)
RESERVED = ("example", "test", "invalid", "localhost", "local", "internal", "example.com", "example.net", "example.org")
"""Domains that nobody can have (RFC 2606, RFC 6761), or that only a network of one's own knows."""


def findings(parameters: Mapping[str, str]) -> Iterator[str]:
    """A line for each parameter that prod must not have so.

    Args:
        parameters: the values that differ from the template's defaults, which are examples.
    """
    for name in REQUIRED:
        if not parameters.get(name):
            yield f"{name} is not set for prod. Set it in samconfig.toml."
    for name in ADDRESSES:
        for value in filter(None, parameters.get(name, "").split(",")):
            if not _is_real_address(value):
                yield f"{name} has {value} for prod. Set it in samconfig.toml to an https address of yours."
    for name in DOMAINS:
        value = parameters.get(name, "")
        if value and not is_real_domain(value):
            yield f"{name} is {value} for prod. Set it in samconfig.toml to a domain of yours."
    if parameters.get("LocalOrigins") != "":
        yield 'LocalOrigins is not empty for prod. Set LocalOrigins="" in samconfig.toml.'


def is_real_domain(domain: str) -> bool:
    """Whether a domain can be one of the internet that somebody has."""
    name = domain.lower().rstrip(".")
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        parts = name.split(".")
        return (
            len(parts) > 1
            and all(part and part.replace("-", "").isalnum() for part in parts)
            and not any(name == one or name.endswith(f".{one}") for one in RESERVED)
        )
    return False


def _is_real_address(address: str) -> bool:
    try:
        parts = urlsplit(address.strip())
        return parts.scheme == "https" and is_real_domain(parts.hostname or "")
    except ValueError:
        return False
