"""A restored set of tables, on the AWS stand-in, over HTTP. It restores a table as it is, whatever time is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from operations.refused import Refused
from operations.restore import Restore

MOMENT = datetime(2026, 11, 21, 8, tzinfo=UTC)
INDEX = {
    "IndexName": "byTime",
    "KeySchema": [{"AttributeName": "partition", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["at"]},
}


@pytest.fixture
def dynamodb(session: boto3.Session) -> Iterator[Any]:
    client = session.client("dynamodb")
    for name in ("jobs", "audit", "search"):
        make(client, f"khaya-{name}-dev-1")
    client.update_time_to_live(
        TableName="khaya-jobs-dev-1", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expiresAt"}
    )
    yield client
    for name in client.list_tables()["TableNames"]:
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
        client.delete_table(TableName=name)


def make(client: Any, name: str) -> None:
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("id", "partition")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[INDEX],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        Tags=[{"Key": "environment", "Value": "dev"}],
        DeletionProtectionEnabled=True,
    )


def restore(client: Any) -> Restore:
    tables = {f"{name.capitalize()}Table": f"khaya-{name}-dev-1" for name in ("jobs", "audit", "search")}
    return Restore(client, tables, print, 0.1)


def copy(client: Any, name: str) -> None:
    """Make the copy that a restore would make, before the table changes."""
    client.restore_table_to_point_in_time(
        SourceTableName=f"khaya-{name}-dev-1", TargetTableName=f"khaya-{name}-dev-2", RestoreDateTime=MOMENT
    )


def entry(number: str, at: str) -> dict[str, Any]:
    return {"id": {"S": number}, "partition": {"S": "all"}, "at": {"S": at}, "note": {"S": "kept"}}


def ids(client: Any, table: str) -> list[str]:
    return sorted(item["id"]["S"] for item in client.scan(TableName=table)["Items"])


def test_given_tables_when_restored_then_the_new_generation_has_their_items_and_all_that_they_have(
    dynamodb: Any,
) -> None:
    dynamodb.put_item(TableName="khaya-jobs-dev-1", Item={"id": {"S": "job"}})
    restore(dynamodb).run(MOMENT)
    assert ids(dynamodb, "khaya-jobs-dev-2") == ["job"]
    table = dynamodb.describe_table(TableName="khaya-jobs-dev-2")["Table"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["DeletionProtectionEnabled"]
    expiry = dynamodb.describe_time_to_live(TableName="khaya-jobs-dev-2")["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "expiresAt"
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [
        {"Key": "environment", "Value": "dev"}
    ]
    backups = dynamodb.describe_continuous_backups(TableName="khaya-jobs-dev-2")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_given_derived_tables_then_they_are_not_restored(dynamodb: Any) -> None:
    restore(dynamodb).run(MOMENT)
    assert "khaya-search-dev-2" not in dynamodb.list_tables()["TableNames"]


def test_given_a_copy_of_that_time_then_later_changes_of_the_audit_trail_are_carried_over(dynamodb: Any) -> None:
    # given a copy that was taken before the last entry, since the stand-in knows no times
    dynamodb.put_item(TableName="khaya-audit-dev-1", Item=entry("1", "2026-11-21T07:59:59.000Z"))
    copy(dynamodb, "audit")
    dynamodb.put_item(TableName="khaya-audit-dev-1", Item=entry("2", "2026-11-21T08:00:01.000Z"))
    found = restore(dynamodb).run(MOMENT)
    assert ids(dynamodb, "khaya-audit-dev-2") == ["1", "2"]
    copied = dynamodb.get_item(TableName="khaya-audit-dev-2", Key={"id": {"S": "2"}})["Item"]
    assert copied["note"] == {"S": "kept"}
    assert (found["AuditTable"].carried, found["AuditTable"].restored) == (1, 2)


def test_given_a_copy_of_that_time_then_changed_new_and_deleted_items_are_counted_and_stay_as_they_were(
    dynamodb: Any,
) -> None:
    for number in ("same", "changed", "deleted"):
        dynamodb.put_item(TableName="khaya-jobs-dev-1", Item={"id": {"S": number}, "tags": {"SS": ["a", "b"]}})
    copy(dynamodb, "jobs")
    dynamodb.put_item(TableName="khaya-jobs-dev-1", Item={"id": {"S": "same"}, "tags": {"SS": ["b", "a"]}})
    dynamodb.put_item(TableName="khaya-jobs-dev-1", Item={"id": {"S": "changed"}, "tags": {"SS": ["b"]}})
    dynamodb.put_item(TableName="khaya-jobs-dev-1", Item={"id": {"S": "new"}})
    dynamodb.delete_item(TableName="khaya-jobs-dev-1", Key={"id": {"S": "deleted"}})
    found = restore(dynamodb).run(MOMENT)["JobsTable"]
    assert (found.restored, found.changed, found.lost, found.back, found.carried) == (3, 1, 1, 1, 0)
    assert sorted(found.examples) == ["changed", "new"]
    assert ids(dynamodb, "khaya-jobs-dev-2") == ["changed", "deleted", "same"]
    changed = dynamodb.get_item(TableName="khaya-jobs-dev-2", Key={"id": {"S": "changed"}})["Item"]
    assert sorted(changed["tags"]["SS"]) == ["a", "b"]


def test_given_an_interrupted_restore_when_run_again_then_it_ends(dynamodb: Any) -> None:
    restore(dynamodb).run(MOMENT)
    restore(dynamodb).run(MOMENT)
    assert "khaya-jobs-dev-2" in dynamodb.list_tables()["TableNames"]


def test_given_a_table_of_another_form_in_the_way_then_it_is_named(dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName="khaya-jobs-dev-2",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    with pytest.raises(Refused, match="khaya-jobs-dev-2: GlobalSecondaryIndexes"):
        restore(dynamodb).run(MOMENT)
