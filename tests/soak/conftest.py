"""The same engine as for the tests of contention."""

from __future__ import annotations

from tests.contention.conftest import dynamodb, engine

__all__ = ["dynamodb", "engine"]
