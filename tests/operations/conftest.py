"""The stand-in for AWS of the operations tests."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from tests.support.engine import ministack


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.Session]:
    """A session with an empty stand-in of its own."""
    with ministack() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        yield boto3.Session(region_name="af-south-1")
