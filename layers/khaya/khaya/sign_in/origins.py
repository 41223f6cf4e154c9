"""Where a sign-in comes from: the client's network address, and the name of its device."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from khaya.platform.aws.cognito import Origin
from khaya.platform.base.settings import SignInSettings, settings
from khaya.platform.base.text import trimmed, without_invisible
from khaya.platform.web.client_address import client_address
from khaya.sessions.model import MAX_DEVICE_LENGTH, UNKNOWN_DEVICE


def origin_of(event: Mapping[str, Any]) -> Origin:
    """The origin of a request. The device is the `X-Device-Name` header, else the `User-Agent`."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    name = headers.get("x-device-name") or headers.get("user-agent") or ""
    seen = "".join(sign for sign in without_invisible(name) if unicodedata.category(sign)[0] != "C")
    printable = trimmed(seen)[:MAX_DEVICE_LENGTH]
    address = client_address(event, settings(SignInSettings).edge_secret)
    return Origin(address=address, device=printable or UNKNOWN_DEVICE)
