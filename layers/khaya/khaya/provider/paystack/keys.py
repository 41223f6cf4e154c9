"""Our secret keys for Paystack: the current one, and while they are rotated the previous one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from khaya.platform.aws import secrets
from khaya.platform.base import observability
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import ProviderSettings, settings
from khaya.provider.errors import ProviderUnavailable, WrongMode

_LIVE: Final = "sk_live_"


def must_be_live() -> bool:
    """Whether this environment uses the live mode, and not the test mode: in prod only."""
    return settings().environment == "prod"


def valid_keys() -> Iterator[str]:
    """The valid keys, the current one first, each fetched when it is needed.

    Raises:
        WrongMode: the current key is of the test mode in prod, or of the live mode elsewhere.
        ProviderUnavailable: there is no key, or it cannot be read.
    """
    arn = settings(ProviderSettings).payment_secret_arn
    if not arn:
        raise ProviderUnavailable("no credentials")
    try:
        for number, version in enumerate(secrets.valid_versions(arn)):
            key = _key(version)
            if key.startswith(_LIVE) == must_be_live():
                yield key
            elif number == 0:
                raise _wrong_mode()
    except Unavailable:
        raise ProviderUnavailable("no credentials") from None


def _wrong_mode() -> WrongMode:
    """The error of a key of the wrong mode, after operators were told what to do about it."""
    environment, (has, needs) = settings().environment, ("test", "live") if must_be_live() else ("live", "test")
    message = f"PaymentSecretArn names a {has} key, and {environment} needs a {needs} key. Put a {needs} key into it."
    observability.logger().error(message)
    return WrongMode(message)


def _key(version: str) -> str:
    try:
        key = json.loads(version)["secretKey"]
    except (ValueError, LookupError, TypeError):
        key = None
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or not key:
        raise ProviderUnavailable("the credentials are not as expected") from None
    return key
