"""Exports of tables, and the reconciliation on demand, with botocore's stubs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from operations import reconcile
from operations.export import Export
from operations.refused import Refused

MOMENT = datetime(2026, 11, 21, 8, tzinfo=UTC)
ARN = "arn:aws:dynamodb:af-south-1:123456789012:table/jobs"


@pytest.fixture
def dynamodb() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client("dynamodb", region_name="af-south-1")
    with Stubber(client) as stub:
        yield client, stub


def begin(stub: Stubber) -> None:
    stub.add_response("describe_table", {"Table": {"TableArn": ARN}}, {"TableName": "jobs"})
    stub.add_response(
        "export_table_to_point_in_time",
        {"ExportDescription": {"ExportArn": f"{ARN}/export/0123456789"}},
        {
            "TableArn": ARN,
            "S3Bucket": "copies",
            "S3BucketOwner": "210987654321",
            "S3Prefix": "20261121T080000Z/jobs",
            "S3SseAlgorithm": "AES256",
            "ExportTime": MOMENT,
            "ExportFormat": "DYNAMODB_JSON",
            "ClientToken": "jobs-20261121T080000",
        },
    )


def ends(stub: Stubber, **found: Any) -> None:
    stub.add_response("describe_export", {"ExportDescription": found}, {"ExportArn": ANY})


def test_given_a_table_when_exported_then_it_waits_for_the_end(dynamodb: tuple[Any, Stubber]) -> None:
    client, stub = dynamodb
    begin(stub)
    ends(stub, ExportStatus="IN_PROGRESS")
    ends(stub, ExportStatus="COMPLETED", ItemCount=7)
    said: list[str] = []
    Export(client, ["jobs"], said.append, 0).run("copies", "210987654321", MOMENT)
    assert said == ["jobs: 7 items"]
    stub.assert_no_pending_responses()


def test_given_an_export_that_fails_then_the_table_is_named(dynamodb: tuple[Any, Stubber]) -> None:
    client, stub = dynamodb
    begin(stub)
    ends(stub, ExportStatus="FAILED", FailureMessage="Access Denied")
    with pytest.raises(Refused, match="jobs: Access Denied"):
        Export(client, ["jobs"], print, 0).run("copies", "210987654321", MOMENT)


class Functions:
    """Lambda, with one answer."""

    def __init__(self, answer: dict[str, Any], **more: str) -> None:
        self._answer, self._more = answer, more

    def invoke(self, **request: Any) -> dict[str, Any]:
        assert request["Qualifier"] == "live"
        return {"Payload": io.BytesIO(json.dumps(self._answer).encode()), **self._more}


def test_given_a_reconciliation_then_its_counts_are_shown() -> None:
    assert reconcile.run(Functions({"days": 1, "open": 2}), "khaya-reconciliation-dev") == {"days": 1, "open": 2}


def test_given_a_provider_that_does_not_answer_then_the_reconciliation_is_refused() -> None:
    functions = Functions({"errorType": "ProviderUnavailable"}, FunctionError="Unhandled")
    with pytest.raises(Refused, match="ProviderUnavailable"):
        reconcile.run(functions, "khaya-reconciliation-dev")
