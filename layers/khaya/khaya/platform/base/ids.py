"""Identifiers: ULIDs, ordered by creation time. Their 80 random bits make them safe to publish."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime

from ulid import ULID

MAX_ID_LENGTH = 128
"""The longest id in a path, in characters; DynamoDB refuses much longer keys."""
ID_PATTERN = f"^[!-~]{{1,{MAX_ID_LENGTH}}}$"
"""The form of ids in a path; no other text is the id of anything."""


def new_id() -> str:
    """A new ULID of 26 characters."""
    return str(ULID())


def derived_id(at: str, *parts: str) -> str:
    """A deterministic ULID: the time is `at`, the rest is a hash of `parts`.

    Anyone who knows all parts can compute it.
    """
    milliseconds = round(datetime.fromisoformat(at).timestamp() * 1000)
    digest = hashlib.sha256("\x00".join(parts).encode()).digest()
    return str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + digest[:10]))


def shard_of(name: str, shards: int) -> int:
    """Deterministic shard number of a name, from 0 to `shards` - 1, evenly distributed."""
    return zlib.crc32(name.encode()) % shards
