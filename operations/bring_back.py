"""Take the stores of a stack that is gone into a new one of its name, so that it begins with its data.

A deleted stack leaves what it retains. A new one cannot create tables whose names are taken, so it first imports them:
CloudFormation takes them over as they are. An import may hold nothing else, so the rest follows as an update.

`stores/<environment>.json` in the bucket of SAM's artifacts names the stores of the last deployment, because ids of
user pools and names of secrets cannot be told from the template.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from botocore.exceptions import ClientError
from cfnlint.decode import cfn_yaml

from operations.stack import Resource, Stack

IDENTIFIERS: dict[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": ("TableName",),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SecretsManager::Secret": ("Id",),
    "AWS::Cognito::UserPool": ("UserPoolId",),
    "AWS::Cognito::UserPoolClient": ("UserPoolId", "ClientId"),
    "AWS::Cognito::UserPoolGroup": ("UserPoolId", "GroupName"),
    "AWS::Cognito::UserPoolResourceServer": ("UserPoolId", "Identifier"),
}
"""By kind, what an import names a store by; the last one is its physical name."""
POOL = "AWS::Cognito::UserPool"
GONE = frozenset({"ResourceNotFoundException", "404", "NoSuchBucket"})
"""What AWS says of something that is not there."""
RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})
PARTS = ("AWSTemplateFormatVersion", "Parameters", "Mappings", "Conditions", "Rules")
"""Parts of a template that its stores need, or that do no harm."""


class Stores:
    """The stores of one environment.

    Args:
        session: a session of boto3.
        environment: the environment.
        bucket: the bucket of SAM's artifacts.
    """

    def __init__(self, session: Any, environment: str, bucket: str) -> None:
        self._session = session
        self._s3 = session.client("s3")
        self._bucket = bucket
        self._key = f"stores/{environment}.json"

    def keep(self, stack: Stack) -> None:
        """Note what a deployed stack holds."""
        found = [asdict(one) for one in stack.resources() if one.kind in IDENTIFIERS]
        self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=json.dumps(found).encode())

    def left(self, template: str) -> list[Resource]:
        """The stores of the last deployment that its template retains, and that are still there."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=self._key)["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            return []
        declared = _read(template)["Resources"]
        noted = [
            one
            for one in (Resource(**each) for each in json.loads(body))
            if one.kind in IDENTIFIERS and declared.get(one.logical, {}).get("DeletionPolicy") in RETAINED
        ]
        pool = next((one.physical for one in noted if one.kind == POOL), "")
        return [one for one in noted if self._is_there(one, pool)]

    def identifiers(self, left: list[Resource]) -> list[dict[str, Any]]:
        """What CloudFormation is told to import."""
        pool = next((one.physical for one in left if one.kind == POOL), "")
        found = []
        for one in left:
            *parents, own = IDENTIFIERS[one.kind]
            identifier = {**dict.fromkeys(parents, pool), own: one.physical}
            found.append({"ResourceType": one.kind, "LogicalResourceId": one.logical, "ResourceIdentifier": identifier})
        return found

    def _is_there(self, one: Resource, pool: str) -> bool:
        cognito = self._session.client("cognito-idp")
        looks: Mapping[str, Callable[[], Any]] = {
            "AWS::DynamoDB::Table": lambda: self._session.client("dynamodb").describe_table(TableName=one.physical),
            "AWS::S3::Bucket": lambda: self._s3.head_bucket(Bucket=one.physical),
            "AWS::SecretsManager::Secret": lambda: self._session.client("secretsmanager").describe_secret(
                SecretId=one.physical
            ),
            POOL: lambda: cognito.describe_user_pool(UserPoolId=pool),
            "AWS::Cognito::UserPoolClient": lambda: cognito.describe_user_pool_client(
                UserPoolId=pool, ClientId=one.physical
            ),
            "AWS::Cognito::UserPoolGroup": lambda: cognito.get_group(UserPoolId=pool, GroupName=one.physical),
            "AWS::Cognito::UserPoolResourceServer": lambda: cognito.describe_resource_server(
                UserPoolId=pool, Identifier=one.physical
            ),
        }
        try:
            found = looks[one.kind]()
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return False
            raise
        return "DeletedDate" not in found


def template_of(template: str, left: list[Resource]) -> str:
    """A template with nothing but the stores that are left, for an import.

    What a store says about other resources is left out; the update that follows adds it. Until then every store is
    retained whatever happens, because an import that is taken back must not delete it.
    """
    whole = _read(template)
    stores = {one.logical for one in left}
    others = whole["Resources"].keys() - stores
    resources = {
        logical: _alone(resource, others) for logical, resource in whole["Resources"].items() if logical in stores
    }
    return json.dumps({**{name: whole[name] for name in PARTS if name in whole}, "Resources": resources})


def _read(template: str) -> dict[str, Any]:
    found: dict[str, Any] = cfn_yaml.loads(template)  # type: ignore[no-untyped-call]
    return found


def _alone(resource: Mapping[str, Any], others: set[str]) -> dict[str, Any]:
    """A resource without the properties that name resources which are not imported."""
    found = {name: value for name, value in resource.items() if name not in {"DependsOn", "Metadata"}}
    found["DeletionPolicy"] = "Retain"
    properties = resource.get("Properties", {})
    return {**found, "Properties": {name: one for name, one in properties.items() if not _named(one) & others}}


def _named(value: Any) -> set[str]:
    """The logical names to which a part of a template refers."""
    if isinstance(value, list):
        return set().union(*map(_named, value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*map(_named, value.values()))
    match value:
        case {"Ref": name}:
            found.add(str(name).partition(".")[0])
        case {"Fn::GetAtt": name}:
            found.add((name if isinstance(name, str) else str(name[0])).partition(".")[0])
        case {"Fn::Sub": text}:
            pattern = text if isinstance(text, str) else str(text[0])
            found |= {part.partition("}")[0].partition(".")[0] for part in pattern.split("${")[1:]}
        case _:
            pass
    return found
