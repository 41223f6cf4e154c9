"""Starts the local stand-in, whose DynamoDB is exact under concurrency. moto's is not."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from khaya.platform.aws import clients
from khaya.platform.base import settings
from local.folder import program
from tests.support.template import function_environment, table_requests

READY_WITHIN = 60.0


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of the stand-in with the template's tables. The handlers use it, without rate limits."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("engine")
    with pytest.MonkeyPatch.context() as patch, _stand_in(port, folder):
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("WRITES_PER_MINUTE", "0")
        patch.setenv("SIGN_INS_PER_ADDRESS", "0")
        url = boto3.client("sqs").create_queue(QueueName="code-delivery")["QueueUrl"]
        patch.setenv("CODE_DELIVERY_QUEUE_URL", url)
        key = function_environment()["SERVICE_KEY_ARN"]
        boto3.client("secretsmanager").create_secret(Name=key, SecretString="k" * 64)
        _clear_caches()
        client = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
        for request in table_requests():
            client.create_table(**request)
        yield client
    _clear_caches()


@pytest.fixture
def engine(dynamodb: Any) -> None:
    """Empty the tables before a test."""
    empty(dynamodb)


def empty(dynamodb: Any) -> None:
    """Delete all items. A test of many rounds does this after each, because the stand-in scans whole tables."""
    for request in table_requests():
        table, keys = request["TableName"], [part["AttributeName"] for part in request["KeySchema"]]
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            deletions = [{"DeleteRequest": {"Key": {name: item[name] for name in keys}}} for item in page["Items"]]
            for first in range(0, len(deletions), 25):
                dynamodb.batch_write_item(RequestItems={table: deletions[first : first + 25]})


@contextmanager
def _stand_in(port: int, folder: Path) -> Iterator[None]:
    """Run the stand-in during the block, with its files in `folder`."""
    variables = {
        "PATH": os.environ["PATH"],
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "IOT_MTLS_ENABLED": "0",  # disable listeners of unused services
        "SFTP_ENABLED": "0",
    }
    log = folder / "engine.log"
    command = [program("engine", "python"), program("engine", "ministack")]
    with log.open("wb") as output, subprocess.Popen(command, env=variables, stdout=output, stderr=output) as process:
        try:
            deadline = time.monotonic() + READY_WITHIN
            while not _answers(port):
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-2000:]  # noqa: PT018
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _clear_caches() -> None:
    """Clear clients and settings of another environment."""
    clients.clear()
    settings.settings.cache_clear()
