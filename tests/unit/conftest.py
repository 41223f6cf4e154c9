"""Unit tests open no socket."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: Any) -> None:
    """Whoever opens a socket here fails."""
