"""moto for tests: the tables and the bucket of the template, a user pool, and functions that empty them."""

from __future__ import annotations

import json
import pickle
from functools import lru_cache
from typing import Any

import boto3
from moto.backends import get_backend

from khaya.platform.data.writes import plain_item
from tests.support.client import subject_of
from tests.support.quick_moto import quicken
from tests.support.template import function_environment, table_requests

ACCOUNT, REGION = "123456789012", "af-south-1"


@lru_cache
def client(service: str) -> Any:
    """A cached client for tests."""
    return boto3.client(service)  # type: ignore[call-overload]


def build() -> None:
    """Create the tables, the media bucket and the event bus of the template."""
    quicken()
    client.cache_clear()
    for request in table_requests():
        client("dynamodb").create_table(**request)
    client("s3").create_bucket(
        Bucket=function_environment()["MEDIA_BUCKET"],
        CreateBucketConfiguration={"LocationConstraint": "af-south-1"},
    )
    client("s3").put_bucket_versioning(
        Bucket=function_environment()["MEDIA_BUCKET"], VersioningConfiguration={"Status": "Enabled"}
    )
    client("events").create_event_bus(Name=function_environment()["EVENT_BUS_NAME"])
    client("secretsmanager").create_secret(Name=function_environment()["SERVICE_KEY_ARN"], SecretString="k" * 64)
    client("secretsmanager").create_secret(
        Name=function_environment()["PAYMENT_SECRET_ARN"], SecretString=json.dumps({"secretKey": "sk_test_of_nobody"})
    )


def empty() -> None:
    """Empty the tables and the bucket; remove people and queues."""
    for table in _tables().values():
        table.items.clear()
        if table.stream_shard is not None:
            table.stream_shard.items.clear()
    for bucket in _buckets().values():
        bucket.keys.clear()
    for pool in _pools().values():
        pool.users.clear()
        for group in pool.groups.values():
            group.users.clear()
    get_backend("sqs")[ACCOUNT][REGION].reset()


def has_queues() -> bool:
    """Whether there is a queue now."""
    return bool(get_backend("sqs")[ACCOUNT][REGION].queues)


class Snapshot:
    """What there was at a moment, by the name of the table, bucket or pool, as bytes: reading them is quicker than copying."""

    def __init__(
        self, items: dict[str, Any], streams: dict[str, list[Any]], files: dict[str, Any], people: dict[str, Any]
    ) -> None:
        self._content = pickle.dumps((items, streams, files, people))

    def content(self) -> Any:
        """Items, stream records, files and people, new for each caller."""
        return pickle.loads(self._content)  # noqa: S301 - our own bytes


def snapshot() -> Snapshot:
    """The tables with their streams, the bucket and the people as they are now; queues are not kept."""
    tables = _tables().items()
    return Snapshot(
        items={name: table.items for name, table in tables},
        streams={name: table.stream_shard.items for name, table in tables if table.stream_shard is not None},
        files={name: dict(bucket.keys) for name, bucket in _buckets().items()},
        people={name: (pool.users, pool.groups) for name, pool in _pools().items()},
    )


def restore(taken: Snapshot) -> None:
    """Have everything again as it was."""
    items, streams, files, people = taken.content()
    for name, table in _tables().items():
        table.items = items[name]
        if table.stream_shard is not None:
            table.stream_shard.items[:] = streams[name]
    for name, bucket in _buckets().items():
        bucket.keys.clear()
        bucket.keys.update(files[name])
    for name, pool in _pools().items():
        if name in people:
            pool.users, pool.groups = people[name]


def stored(table: str) -> list[dict[str, Any]]:
    """All items of a table, by its variable in the template: `jobs` is JOBS_TABLE."""

    answer = client("dynamodb").scan(TableName=function_environment()[f"{table.upper()}_TABLE"])
    return [plain_item(item) for item in answer["Items"]]


def records() -> list[dict[str, Any]]:
    """The private records of people, without the other items of the Users table."""
    return [row for row in stored("users") if "#" not in row["userId"]]


def contents() -> dict[str, Any]:
    """All items of all tables except Users, which the account guard writes, for comparisons."""
    users = function_environment()["USERS_TABLE"]
    return {name: _as_data(table.items) for name, table in _tables().items() if name != users}


def pool_with(*people: Any) -> Any:
    """The user pool of the functions, with these people in the groups of their roles."""
    cognito = client("cognito-idp")
    pool_id = function_environment()["USER_POOL_ID"]
    pools = _pools()
    if pool_id not in pools:
        made = cognito.create_user_pool(PoolName="khaya")["UserPool"]["Id"]
        pools[pool_id] = pools.pop(made)
        pools[pool_id].id = pool_id
        for role in ("buyer", "worker", "seller", "admin"):
            cognito.create_group(UserPoolId=pool_id, GroupName=role)
    for person in people:
        subject = subject_of(person.user_id)
        cognito.admin_create_user(UserPoolId=pool_id, Username=subject)
        for role in person.roles:
            cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=subject, GroupName=role)
        client("dynamodb").update_item(
            TableName=function_environment()["USERS_TABLE"],
            Key={"userId": {"S": person.user_id}},
            UpdateExpression="SET subject = :subject",
            ExpressionAttributeValues={":subject": {"S": subject}},
        )
    return cognito


def groups_of(user_id: str) -> set[str]:
    """A person's groups."""
    return groups_of_account(subject_of(user_id))


def groups_of_account(name: str) -> set[str]:
    """The groups of the account that a phone, an e-mail or a `sub` names."""
    answer = client("cognito-idp").admin_list_groups_for_user(
        UserPoolId=function_environment()["USER_POOL_ID"], Username=name
    )
    return {group["GroupName"] for group in answer["Groups"]}


def _pools() -> dict[str, Any]:
    found: dict[str, Any] = get_backend("cognito-idp")[ACCOUNT][REGION].user_pools
    return found


def _buckets() -> dict[str, Any]:
    found: dict[str, Any] = get_backend("s3")[ACCOUNT]["aws"].buckets
    return found


def _tables() -> dict[str, Any]:
    found: dict[str, Any] = get_backend("dynamodb")[ACCOUNT][REGION].tables
    return found


def _as_data(items: Any) -> Any:
    if isinstance(items, dict):
        return {str(key): _as_data(value) for key, value in items.items()}
    return items.to_json()
