"""Our secret keys for Paystack: the current one, and while they are rotated the previous one."""

from __future__ import annotations

import json
from collections.abc import Iterator

from khaya.platform.aws import secrets
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import ProviderSettings, settings
from khaya.provider.errors import NotLive, ProviderUnavailable

_LIVE = "sk_live_"


def must_be_live() -> bool:
    """Whether only the live mode may be used."""
    return settings().environment == "prod"


def valid_keys() -> Iterator[str]:
    """The valid keys, the current one first, each fetched when it is needed.

    Raises:
        NotLive: the current key is of the test mode, where only the live mode may be used.
        ProviderUnavailable: there is no key, or it cannot be read.
    """
    arn = settings(ProviderSettings).payment_secret_arn
    if not arn:
        raise ProviderUnavailable("no credentials")
    try:
        for number, version in enumerate(secrets.valid_versions(arn)):
            key = _key(version)
            if not must_be_live() or key.startswith(_LIVE):
                yield key
            elif number == 0:
                raise NotLive("the key is of the test mode")
    except Unavailable:
        raise ProviderUnavailable("no credentials") from None


def _key(version: str) -> str:
    try:
        key = json.loads(version)["secretKey"]
    except (ValueError, LookupError, TypeError):
        key = None
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or not key:
        raise ProviderUnavailable("the credentials are not as expected") from None
    return key
