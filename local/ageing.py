"""Makes all stored data older by a number of days or hours.

Then what is to come after thirty days, or tomorrow, is due at once.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from local import providers
from local.progress import say, step
from local.stand_in import sam_settings, session

LEFT_ALONE = ("sessions", "challenges", "idempotency", "statistics", "audit", "tasks")
"""Tables that are not aged: sessions, challenges, idempotency records, statistics, audit and checkpoints."""

UNTOUCHED = {"lastWrite", "moderation", "moderations", "resolution"}
"""Attributes that identify a decision; a changed time in them would look like a new decision."""

_MOMENT = re.compile(r"^(\d#)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})Z(#.*)?$")
_DAY = re.compile(r"^(.*#)?(\d{4}-\d\d-\d\d)(#.*)?$")
_CLOSING = "closing#"


def older(value: Any, span: timedelta) -> Any:
    """A value in which every time lies so much earlier; a date only by whole days."""
    if isinstance(value, str):
        return _earlier(value, span)
    if isinstance(value, dict):
        aged = {name: part if name in UNTOUCHED else older(part, span) for name, part in value.items()}
        return {**aged, **_leg_day(aged)}
    if isinstance(value, list):
        return [older(part, span) for part in value]
    return value


def age(port: int, span: timedelta) -> None:
    """Make everything in the running marketplace and in the payment provider's books so much older."""
    account = session(port)
    dynamodb = account.client("dynamodb")
    changed, text = 0, _text(span)
    with step(f"making everything {text} older"):
        for table in _tables(account):
            if table.split("-")[1] not in LEFT_ALONE:
                changed += _age_table(dynamodb, table, span)
            if table.split("-")[1] == "credits":
                _open_days(dynamodb, table)
        providers.tell_paystack(port, "age", {"hours": span / timedelta(hours=1)})
    say(f"{changed} items are {text} older. `make task` lists the schedules.")


def age_one(port: int, name: str, item_id: str, span: timedelta) -> None:
    """Make one item of the table with this name, such as `jobs`, so much older, and leave everything else as it is."""
    account = session(port)
    dynamodb = account.client("dynamodb")
    (table,) = (one for one in _tables(account) if one.split("-")[1] == name)
    found = dynamodb.get_item(TableName=table, Key={"id": {"S": item_id}}, ConsistentRead=True)["Item"]
    _age_item(dynamodb, table, {"id"}, found, span)


def _tables(account: boto3.Session) -> list[str]:
    pages = account.client("cloudformation").get_paginator("list_stack_resources")
    return [
        resource["PhysicalResourceId"]
        for page in pages.paginate(StackName=sam_settings()["stack_name"])
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::DynamoDB::Table"
    ]


def _age_table(dynamodb: Any, table: str, span: timedelta) -> int:
    keys = {part["AttributeName"] for part in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]}
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    items = [item for page in pages for item in page["Items"]]
    return sum(_age_item(dynamodb, table, keys, item, span) for item in items)


def _age_item(dynamodb: Any, table: str, keys: set[str], item: dict[str, Any], span: timedelta) -> bool:
    """Write the times that are others now, unless somebody has just written them."""
    read, written = TypeDeserializer().deserialize, TypeSerializer().serialize
    known = {name: read(value) for name, value in item.items() if name not in keys}
    times = {name: new for name, new in older(known, span).items() if new != known[name]}
    if item.get("id", {}).get("S", "").startswith(_CLOSING):
        return False
    if aged_key := {name: {"S": older(item[name]["S"], span)} for name in keys if _DAY.match(item[name]["S"])}:
        dynamodb.put_item(TableName=table, Item={**item, **{n: written(v) for n, v in times.items()}, **aged_key})
        dynamodb.delete_item(TableName=table, Key={name: item[name] for name in keys})
        return True
    if not times:
        return False
    names = {f"#{number}": name for number, name in enumerate(times)}
    values = {f":new{number}": written(new) for number, new in enumerate(times.values())}
    values |= {f":old{number}": item[name] for number, name in enumerate(times)}
    try:
        dynamodb.update_item(
            TableName=table,
            Key={name: item[name] for name in keys},
            UpdateExpression="SET " + ", ".join(f"#{number} = :new{number}" for number in range(len(times))),
            ConditionExpression=" AND ".join(f"#{number} = :old{number}" for number in range(len(times))),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _open_days(dynamodb: Any, table: str) -> None:
    """Remove the closings of the ledger's days, so that the next reconciliation closes all days anew.

    A movement at noon may be on another day than one in the evening when both are some hours older.
    """
    pages = list(dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True))
    ids = [item["id"]["S"] for page in pages for item in page["Items"]]
    booked = [item["bookedAt"]["S"] for page in pages for item in page["Items"] if "bookedAt" in item]
    for closing in (one for one in ids if one.startswith(_CLOSING)):
        dynamodb.delete_item(TableName=table, Key={"id": {"S": closing}})
    if booked:
        before = (date.fromisoformat(min(booked)[:10]) - timedelta(days=1)).isoformat()
        start = {"id": f"{_CLOSING}latest", "day": before, "balances": {}, "flows": {}}
        dynamodb.put_item(
            TableName=table, Item={name: TypeSerializer().serialize(part) for name, part in start.items()}
        )


def _leg_day(item: dict[str, Any]) -> dict[str, Any]:
    """The key by which the ledger lists a movement or leg, on the day of `bookedAt`."""
    account, _, day = str(item.get("legsOf", "")).rpartition("#")
    return {"legsOf": f"{account}#{item['bookedAt'][:10]}"} if _DAY.match(day) else {}


def _earlier(text: str, span: timedelta) -> str:
    if found := _DAY.match(text):
        before, day, after = found.groups("")
        return before + (date.fromisoformat(day) - span).isoformat() + after
    if found := _MOMENT.match(text):
        before, moment, after = found.groups("")
        earlier = datetime.fromisoformat(moment).replace(tzinfo=UTC) - span
        return before + earlier.isoformat(timespec="milliseconds").replace("+00:00", "Z") + after
    return text


def _text(span: timedelta) -> str:
    """A duration as people say it, for example `31 days and an hour`."""
    days, hours = span.days, span.seconds // 3600
    parts = [(days, "a day", "days"), (hours, "an hour", "hours")]
    return " and ".join(one if number == 1 else f"{number} {several}" for number, one, several in parts if number)
