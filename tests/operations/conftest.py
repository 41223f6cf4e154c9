"""The stand-in for AWS of the operations tests, and the time that they may take."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import boto3
import pytest

from tests.support.engine import ministack

BEGAN = time.monotonic()


LONGEST = "test_whole_application"
"""The module that deploys the whole application."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what shows most, so that a limit of time never leaves it out and it never ends long after the limit."""
    items.sort(key=lambda item: LONGEST not in item.nodeid)


def pytest_runtest_setup() -> None:
    """Begin no test after MINUTES, where only so much time is given."""
    minutes = os.environ.get("MINUTES")
    if minutes and time.monotonic() - BEGAN > float(minutes) * 60:
        pytest.skip(f"it would begin after {minutes} minutes")


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.Session]:
    """A session with an empty stand-in of its own."""
    with ministack() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        yield boto3.Session(region_name="af-south-1")
