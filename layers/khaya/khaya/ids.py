"""Identifiers: ULIDs, ordered by time of making and with 80 random bits, so that they may be public."""

from __future__ import annotations

from ulid import ULID


def new_id() -> str:
    """A new identifier of 26 characters."""
    return str(ULID())
