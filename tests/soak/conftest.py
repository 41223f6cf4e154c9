"""The engine of the contention tests."""

from __future__ import annotations

from tests.contention.conftest import dynamodb, engine

__all__ = ["dynamodb", "engine"]
