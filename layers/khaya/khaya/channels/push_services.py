"""The push services of browsers to which web pushes may be sent.

An endpoint is an address that a browser, and so anybody, names. Requests to any other address would let people reach
hosts through us that they cannot reach themselves.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from khaya.platform.base.settings import WebPushSettings, settings

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_ANY_SUBDOMAIN = "https://*."


def origin_of(endpoint: str) -> str | None:
    """The origin of an endpoint, such as `https://fcm.googleapis.com`; None if it is no plain HTTP address."""
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or not parts.netloc or parts.fragment or not endpoint.isprintable():
        return None
    return f"{parts.scheme}://{parts.netloc}" if endpoint.startswith(f"{parts.scheme}://{parts.netloc}") else None


def is_allowed(endpoint: str) -> bool:
    """Whether an endpoint is of a push service that the deployment allows."""
    origin = origin_of(endpoint)
    return origin is not None and any(
        _matches(origin, allowed) for allowed in settings(WebPushSettings).web_push_services.split(",") if allowed
    )


def _matches(origin: str, allowed: str) -> bool:
    if not allowed.startswith(_ANY_SUBDOMAIN):
        return origin == allowed
    domain = allowed.removeprefix(_ANY_SUBDOMAIN)
    host = origin.removeprefix("https://")
    return host.endswith(f".{domain}") and _HOST.fullmatch(host) is not None
