"""What a function's role allows, as the template says it, and what the function calls, as it does so in the tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from botocore.client import BaseClient

from tests.support import boundary, expressions
from tests.support.template import FUNCTION, TABLE, function_environment, resources, table_name, template

Call = tuple[str, str]
"""An action and the resource that it was called on, `dynamodb:Query` and `JobsTable/index/byPlace`."""

running: ContextVar[str | None] = ContextVar("running", default=None)
"""The folder of the function that is running."""

WRITES = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
PREFIXES = {"sesv2": "ses"}
"""How actions of a service begin, where it is not as the service is called."""
READS_OF_FILES = {"HeadObject": "s3:GetObject", "CreateMultipartUpload": "s3:PutObject", "UploadPart": "s3:PutObject"}
READS_OF_FILES |= {"CompleteMultipartUpload": "s3:PutObject"}


def watched(folder: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, with word of which function is running while it does."""

    def handle(event: Any, context: Any) -> Any:
        was = running.set(folder)
        try:
            return handler(event, context)
        finally:
            running.reset(was)

    return handle


class Record:
    """The calls that functions make, while the record is kept."""

    def __init__(self) -> None:
        self.calls: dict[str, set[Call]] = {}

    def keep(self, monkeypatch: Any) -> None:
        """Note every AWS call that a function makes from now on."""
        original = BaseClient._make_api_call  # type: ignore[attr-defined]

        def noted(client: Any, operation: str, request: Any) -> Any:
            if client.meta.service_model.service_name == "dynamodb":
                expressions.check(operation, request)
            folder = running.get()
            if folder is not None:
                self.calls.setdefault(folder, set()).update(
                    called(client.meta.service_model.service_name, operation, request)
                )
            return original(client, operation, request)

        monkeypatch.setattr(BaseClient, "_make_api_call", noted)

    def forbidden(self) -> list[str]:
        """The calls that the role of the function that made them does not allow."""
        return sorted(
            f"{folder}: {action} on {resource}"
            for folder, calls in self.calls.items()
            for action, resource in calls
            if not any(_covers(statement, (action, resource)) for statement in allowed(folder))
        )

    def beyond_boundary(self) -> list[str]:
        """The calls that the boundary of an environment would refuse to its own functions."""
        return sorted(
            {f"{action} on {path}" for calls in self.calls.values() for action, path in calls if _beyond(action, path)}
        )

    def unused(self, folder: str) -> set[Call]:
        """What the function's role allows and the function did not do."""
        calls = self.calls.get(folder, set())
        return {statement for statement in allowed(folder) if not any(_covers(statement, call) for call in calls)}


@cache
def _beyond(action: str, path: str) -> bool:
    if path == "?":  # the call does not say on what; test_boundary.py compares the role's statement
        return not any(fnmatchcase(action, one) for one in boundary.actions("dev"))
    return not boundary.allows("dev", action, boundary.arn(path, "dev"), boundary.tags(path, "dev"))


def called(service: str, operation: str, request: dict[str, Any]) -> list[Call]:
    """The actions on resources that a call needs to be allowed."""
    match service:
        case "dynamodb":
            return list(_called_on_tables(operation, request))
        case "s3":
            return list(_called_on_files(operation, request))
        case "sqs":
            return [(f"sqs:{operation.removesuffix('Batch')}", _queue(request["QueueUrl"]))]
        case "cognito-idp" if operation in ("GetTokensFromRefreshToken", "RevokeToken"):
            return []  # open to everybody: the client's secret guards it
        case "cognito-idp":
            return [(f"cognito-idp:{operation}", "UserPool")]
    return [(f"{PREFIXES.get(service, service)}:{operation}", "?")]


def _called_on_files(operation: str, request: dict[str, Any]) -> Iterator[Call]:
    match operation:
        case "ListObjectsV2":
            yield "s3:ListBucket", "MediaBucket"
        case "ListObjectVersions":
            yield "s3:ListBucketVersions", "MediaBucket"
        case "DeleteObjects":
            for one in request["Delete"]["Objects"]:
                yield "s3:DeleteObjectVersion", f"MediaBucket/{one['Key']}"
        case "CopyObject":
            yield "s3:GetObject", f"MediaBucket/{request['CopySource']['Key']}"
            yield "s3:PutObject", f"MediaBucket/{request['Key']}"
        case "GetObject" | "DeleteObject" | "PutObjectTagging" if "VersionId" in request:
            versioned = {"GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion"}
            action = versioned.get(operation, "PutObjectVersionTagging")
            yield f"s3:{action}", f"MediaBucket/{request['Key']}"
        case _:
            yield READS_OF_FILES.get(operation, f"s3:{operation}"), f"MediaBucket/{request.get('Key', '')}"


def _called_on_tables(operation: str, request: dict[str, Any]) -> Iterator[Call]:
    match operation:
        case "TransactWriteItems":
            for write in request["TransactItems"]:
                ((kind, item),) = write.items()
                yield WRITES[kind], _table(item["TableName"])
        case "TransactGetItems":
            for read in request["TransactItems"]:
                yield "dynamodb:GetItem", _table(read["Get"]["TableName"])
        case "BatchGetItem" | "BatchWriteItem":
            for table in request["RequestItems"]:
                yield f"dynamodb:{operation}", _table(table)
        case _:
            index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
            yield f"dynamodb:{operation}", _table(request["TableName"]) + index


@cache
def allowed(folder: str) -> frozenset[Call]:
    """The actions on resources that the role of a function allows."""
    properties = next(one for one in resources(FUNCTION).values() if one["CodeUri"].strip("/").split("/")[-1] == folder)
    role = template()["Resources"][properties["Role"]["Fn::GetAtt"][0]]["Properties"]
    documents = [policy["PolicyDocument"] for policy in role.get("Policies", [])]
    managed = [template()["Resources"][one["Ref"]] for one in role.get("ManagedPolicyArns", [])]
    documents += [policy["Properties"]["PolicyDocument"] for policy in managed]
    return frozenset(
        (action, resource)
        for document in documents
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in _list(statement["Action"])
        for resource in map(resource_name, _list(statement["Resource"]))
    )


def resource_name(resource: Any) -> str:
    """A resource of a policy by its logical name and what follows it: `JobsTable/index/byPlace`."""
    if isinstance(resource, str):
        return resource
    if "Fn::GetAtt" in resource:
        name, attribute = resource["Fn::GetAtt"]
        return str(name) if attribute in ("Arn", "QueueArn") else f"{name}.{attribute}"
    if "Fn::If" in resource:
        return resource_name(resource["Fn::If"][1])
    if "Ref" in resource:
        return str(resource["Ref"])
    text = resource["Fn::Sub"]
    return str(text).replace("${", "").replace(".Arn}", "").replace("}", "")


def _covers(statement: Call, call: Call) -> bool:
    return statement[0] == call[0] and (call[1] == "?" or fnmatchcase(call[1], statement[1]))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _tables() -> dict[str, str]:
    return {table_name(logical): logical for logical in resources(TABLE)}


def _table(name: str) -> str:
    return _tables()[name]


def _queue(url: str) -> str:
    """The queue's logical name, by the variable that holds its address."""
    variables = [name for name in function_environment() if os.environ.get(name) == url]
    for properties in resources(FUNCTION).values():
        known = properties.get("Environment", {}).get("Variables", {})
        for name in variables:
            if name in known:
                return str(known[name]["Ref"])
    return url
