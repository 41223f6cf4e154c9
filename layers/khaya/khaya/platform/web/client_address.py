"""The network address of a request's client, which rate limits and threat protection use."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from typing import Any

from khaya.platform.aws import secrets

_UNKNOWN = "0.0.0.0"  # noqa: S104 - API Gateway sent no address  # nosec B104
_IPV6_NETWORK_BITS = 64
"""The size of the network that one holder of IPv6 addresses usually has."""


def client_address(event: Mapping[str, Any], edge_secret: str) -> str:
    """The client's address: from the CDN's header if the CDN sends its secret, else as API Gateway saw it."""
    address: str = (event["requestContext"].get("identity") or {}).get("sourceIp") or _UNKNOWN
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    viewer, proof = headers.get("x-khaya-viewer"), headers.get("x-khaya-edge")
    if viewer and proof and edge_secret and _is_secret(proof, edge_secret):
        return str(viewer)
    return address


def network_of(address: str) -> str:
    """The address as rate limits count it: IPv4 as itself, however it is written, IPv6 as its /64 network."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _IPV6_NETWORK_BITS), strict=False)) if ip.version == 6 else address


def _is_secret(text: str, name: str) -> bool:
    """Whether the text is a valid version of the secret. While it is rotated, the CDN still sends the one before."""
    return any(hmac.compare_digest(text.encode(), one.encode()) for one in secrets.valid_versions(name))
