"""Handlers in this process, over moto, with the tables of the real template."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.conftest import Clock
from tests.support.house import Person
from tests.support.template import function_environment, table_requests


@pytest.fixture(autouse=True)
def tables(clock: Clock) -> Iterator[None]:
    """Fresh, empty tables and a fresh media bucket for each test."""
    del clock
    from khaya import dynamo, groups, media  # noqa: PLC0415 - clients must be made inside the mock

    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        for request in table_requests():
            dynamodb.create_table(**request)
        boto3.client("s3").create_bucket(
            Bucket=function_environment()["MEDIA_BUCKET"],
            CreateBucketConfiguration={"LocationConstraint": "af-south-1"},
        )
        caches = (dynamo.client, groups._cognito, media._s3)
        for cached in caches:
            cached.cache_clear()
        yield
        for cached in caches:
            cached.cache_clear()


@pytest.fixture
def buyer() -> Person:
    return Person("buyer-1", ("buyer",))


@pytest.fixture
def worker() -> Person:
    return Person("worker-1", ("worker",))


@pytest.fixture
def seller() -> Person:
    return Person("seller-1", ("seller",))


@pytest.fixture
def admin() -> Person:
    return Person("admin-1", ("admin",))
