"""Secrets: fetched from Secrets Manager when first needed, and what is made with the service's own key.

Nothing secret stands in a function's environment, only where to find it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import KeySettings, settings

KEEP_SECONDS = 300
"""How long a fetched secret is used before it is looked at again, so that a changed one is taken up."""

_NONCE_BYTES = 12
_kept: dict[str, tuple[float, str]] = {}


def secret(name: str) -> str:
    """The secret of a name or ARN.

    Raises:
        Unavailable: Secrets Manager cannot be reached, or there is no such secret.
    """
    fetched_at, value = _kept.get(name, (0.0, ""))
    if not value or time.monotonic() - fetched_at > KEEP_SECONDS:
        try:
            value = _client().get_secret_value(SecretId=name)["SecretString"]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        _kept[name] = (time.monotonic(), value)
    return value


def secret_fields(name: str) -> dict[str, str]:
    """The secret of a name or ARN, which is a JSON object of texts."""
    fields: dict[str, str] = json.loads(secret(name))
    return fields


def keyed_hash(purpose: str, *parts: str) -> str:
    """A hash of `parts` that nobody can make or check without the service's key; another for every purpose."""
    return _derived(purpose, *parts).hex()


def sealed(text: str, context: str) -> str:
    """`text` encrypted; it opens only under the same `context`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow to import, seldom needed

    nonce = os.urandom(_NONCE_BYTES)
    hidden = AESGCM(_derived("seal")).encrypt(nonce, text.encode(), context.encode())
    return base64.b64encode(nonce + hidden).decode()


def opened(text: str, context: str) -> str:
    """What was sealed under `context`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    raw = base64.b64decode(text)
    return AESGCM(_derived("seal")).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()


def forget() -> None:
    """Fetch everything anew when it is next needed."""
    _kept.clear()
    _client.cache_clear()


def _derived(*parts: str) -> bytes:
    return hmac.digest(
        secret(settings(KeySettings).service_key_arn).encode(), json.dumps(parts).encode(), hashlib.sha256
    )


@lru_cache(maxsize=1)
def _client() -> Any:
    retries = {"mode": "standard", "total_max_attempts": 3}
    return clients.client("secretsmanager", connect_timeout=1, read_timeout=3, retries=retries)
