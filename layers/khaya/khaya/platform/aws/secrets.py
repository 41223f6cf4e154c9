"""Secrets from Secrets Manager, and hashes and encryption with the service key.

Environment variables hold only the ARNs of secrets.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import KeySettings, settings

KEEP_SECONDS = 300
"""Seconds for which a secret is cached, so that a changed secret takes effect."""

_NONCE_BYTES = 12
_cached: dict[str, tuple[float, str]] = {}


def secret(name: str) -> str:
    """The secret with this name or ARN.

    Raises:
        Unavailable: Secrets Manager cannot be reached, or the secret does not exist.
    """
    fetched_at, value = _cached.get(name, (0.0, ""))
    if not value or time.monotonic() - fetched_at > KEEP_SECONDS:
        try:
            value = _client().get_secret_value(SecretId=name)["SecretString"]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        _cached[name] = (time.monotonic(), value)
    return value


def secret_fields(name: str) -> dict[str, str]:
    """The fields of a secret that is a JSON object of texts."""
    fields: dict[str, str] = json.loads(secret(name))
    return fields


def keyed_hash(purpose: str, *parts: str) -> str:
    """A hash of `parts` with the service key; different for each purpose."""
    return _derived(purpose, *parts).hex()


def encrypt(text: str, context: str) -> str:
    """`text` encrypted with the service key; decrypting needs the same `context`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow to import, rarely needed

    nonce = os.urandom(_NONCE_BYTES)
    ciphertext = AESGCM(_derived("seal")).encrypt(nonce, text.encode(), context.encode())
    return base64.b64encode(nonce + ciphertext).decode()


def decrypt(text: str, context: str) -> str:
    """The text that was encrypted with `context`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    raw = base64.b64decode(text)
    return AESGCM(_derived("seal")).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()


def clear_cache() -> None:
    """Forget all cached secrets."""
    _cached.clear()


def _derived(*parts: str) -> bytes:
    return hmac.digest(
        secret(settings(KeySettings).service_key_arn).encode(), json.dumps(parts).encode(), hashlib.sha256
    )


def _client() -> Any:
    return clients.client("secretsmanager", connect_timeout=1, read_timeout=3, attempts=3)
