"""Identifiers: ULIDs, ordered by time of making and with 80 random bits, so that they may be public."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime

from ulid import ULID


def new_id() -> str:
    """A new identifier of 26 characters."""
    return str(ULID())


def derived_id(at: str, *parts: str) -> str:
    """The identifier of what `parts` name, made at the moment `at`: the same parts always give the same one.

    As unguessable as the least guessable part.
    """
    milliseconds = round(datetime.fromisoformat(at).timestamp() * 1000)
    digest = hashlib.sha256("\x00".join(parts).encode()).digest()
    return str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + digest[:10]))


def shard_of(name: str, shards: int) -> int:
    """Which of so many parts something with this name stands in: always the same, and as many in each."""
    return zlib.crc32(name.encode()) % shards
