"""The application started by `make up`, unless it is running already; it is stopped after the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.marketplace import Marketplace, running


@pytest.fixture(scope="session")
def marketplace() -> Iterator[Marketplace]:
    """The application, with fresh tokens."""
    yield from running()
