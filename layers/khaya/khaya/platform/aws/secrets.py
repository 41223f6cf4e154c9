"""Secrets from Secrets Manager, and hashes and encryption with the service key.

Environment variables hold only the ARNs of secrets.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import KeySettings, settings

KEEP_SECONDS = 300
"""Seconds for which a secret is cached, so that a changed secret takes effect."""

REFETCH_SECONDS = 15
"""Seconds after which a value that no cached version of a secret fits has the secret fetched again."""

Version = Literal["AWSCURRENT", "AWSPREVIOUS"]

_NONCE_BYTES = 12
_cached: dict[tuple[str, Version], tuple[float, str]] = {}


def secret(name: str, version: Version = "AWSCURRENT") -> str:
    """The secret with this name or ARN; empty where there is no previous version.

    Raises:
        Unavailable: Secrets Manager cannot be reached, or the secret does not exist.
    """
    fetched_at, value = _cached.get((name, version), (-math.inf, ""))
    if time.monotonic() - fetched_at > KEEP_SECONDS:
        try:
            value = _client().get_secret_value(SecretId=name, VersionStage=version)["SecretString"]
        except _client().exceptions.ResourceNotFoundException as error:
            if version == "AWSCURRENT":
                raise Unavailable from error
            value = ""
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        _cached[name, version] = (time.monotonic(), value)
    return value


def secret_fields(name: str) -> dict[str, str]:
    """The fields of a secret that is a JSON object of texts."""
    fields: dict[str, str] = json.loads(secret(name))
    return fields


def valid_versions(name: str) -> Iterator[str]:
    """The valid versions of a secret, each fetched when it is needed: current, previous, and one made just now.

    After a rotation, another environment may already use a version that this one has not yet fetched.
    """
    current = secret(name)
    yield current
    previous = secret(name, "AWSPREVIOUS")
    if previous:
        yield previous
    fetched_at, _ = _cached.get((name, "AWSCURRENT"), (-math.inf, ""))  # another thread may have removed it
    if time.monotonic() - fetched_at > REFETCH_SECONDS:
        _cached.pop((name, "AWSCURRENT"), None)
        _cached.pop((name, "AWSPREVIOUS"), None)
        latest = secret(name)
        if latest not in (current, previous):
            yield latest


def keyed_hash(purpose: str, *parts: str) -> str:
    """A hash of `parts` with the current service key; different for each purpose."""
    return _derived(_current_key(), purpose, *parts).hex()


def every_keyed_hash(purpose: str, *parts: str) -> list[str]:
    """The hashes of `parts` with each key that the service ever had, to recognise what was hashed long ago.

    The secret holds the current key and, in the lines after it, the keys before it. Those open and sign nothing.
    """
    name = settings(KeySettings).service_key_arn
    keys = dict.fromkeys([*_valid_keys(), *secret(name).split(), *secret(name, "AWSPREVIOUS").split()])
    return [_derived(key, purpose, *parts).hex() for key in keys]


def is_keyed_hash(expected: str, purpose: str, *parts: str) -> bool:
    """Whether `expected` is the hash of `parts` with a valid version of the service key."""
    return any(hmac.compare_digest(expected, _derived(key, purpose, *parts).hex()) for key in _valid_keys())


def sign(purpose: str, content: bytes) -> bytes:
    """The signature of `content` with the current service key."""
    return hmac.digest(_derived(_current_key(), purpose), content, hashlib.sha256)


def is_signed(purpose: str, content: bytes, signature: bytes) -> bool:
    """Whether `signature` begins the signature of `content` with a valid version of the service key."""
    size = len(signature)
    return size > 0 and any(
        hmac.compare_digest(signature, hmac.digest(_derived(key, purpose), content, hashlib.sha256)[:size])
        for key in _valid_keys()
    )


def derived_material(purpose: str) -> Iterator[bytes]:
    """64 secret bytes for a purpose, from each valid version of the service key; from the current one first."""
    for key in _valid_keys():
        yield _derived(key, purpose, "1") + _derived(key, purpose, "2")


def encrypt(text: str, context: str) -> str:
    """`text` encrypted with the current service key; decrypting needs the same `context`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow to import, rarely needed

    nonce = os.urandom(_NONCE_BYTES)
    ciphertext = AESGCM(_derived(_current_key(), "seal")).encrypt(nonce, text.encode(), context.encode())
    return base64.b64encode(nonce + ciphertext).decode()


def decrypt(text: str, context: str) -> str:
    """The text that was encrypted with `context`, under a valid version of the service key.

    Raises:
        InvalidTag: it was not.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    raw = base64.b64decode(text)
    for key in _valid_keys():
        with suppress(InvalidTag):
            return (
                AESGCM(_derived(key, "seal")).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
            )
    raise InvalidTag


def try_decrypt(text: str, context: str) -> str | None:
    """The text that was encrypted with `context`; None if `text` was not made with a valid service key."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415

    try:
        return decrypt(text, context)
    except (InvalidTag, ValueError):
        return None


def clear_cache() -> None:
    """Forget all cached secrets."""
    _cached.clear()


def _current_key() -> str:
    return _key_in(secret(settings(KeySettings).service_key_arn))


def _key_in(text: str) -> str:
    """The key in a version of the secret: its first line."""
    return text.partition("\n")[0]


def _valid_keys() -> Iterator[str]:
    return map(_key_in, valid_versions(settings(KeySettings).service_key_arn))


def _derived(key: str, *parts: str) -> bytes:
    return hmac.digest(key.encode(), json.dumps(parts).encode(), hashlib.sha256)


def _client() -> Any:
    return clients.client("secretsmanager", connect_timeout=1, read_timeout=3, attempts=3)
