"""Every command that changes something has `--plan`, which changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from click.testing import CliRunner

from operations import __main__ as commands
from operations.configuration import Configuration
from tests.operations.artifacts import make_artifact_bucket
from tests.operations.test_recovery import TEMPLATE, Environment

LOOKS_ONLY = {"doctor", "parked", "status"}
"""Commands that change nothing anyway."""
READS = ("describe_", "get_", "list_", "head_", "scan", "query", "admin_get_", "select")
MORE = """
  MediaBucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "khaya-media-${Environment}"}}
  UsersTable:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: userId, AttributeType: S}]
      KeySchema: [{AttributeName: userId, KeyType: HASH}]
  UserPool: {Type: AWS::Cognito::UserPool, Properties: {UsernameAttributes: [phone_number]}}
  AdminGroup: {Type: AWS::Cognito::UserPoolGroup, Properties: {UserPoolId: !Ref UserPool, GroupName: admin}}
  ServiceKey: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: first}}
  DerivedQueue: {Type: AWS::SQS::Queue}
  ScheduleDeadLetters: {Type: AWS::SQS::Queue}
  Hourly:
    Type: AWS::Scheduler::Schedule
    Properties:
      Name: !Sub khaya-hourly-${Environment}
      State: DISABLED
      ScheduleExpression: rate(1 hour)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !GetAtt RepairFunction.Arn, RoleArn: !GetAtt RepairFunctionRole.Arn}
Outputs:
"""
PLANS = (
    ("create-admin", "+27820000001"),
    ("destroy",),
    ("erase-again", "--since", "2026-11-21"),
    ("export", "copies", "--owner", "210987654321"),
    ("reconcile",),
    ("redrive", "derived"),
    ("redrive", "schedule"),
    ("repair",),
    ("replay",),
    ("restore", "--at", "2026-11-21T08:00:00"),
    ("restore", "--at", "2026-11-21T08:00:00", "--beside"),
    ("restore", "--at", "2026-11-21T08:00:00", "--copied"),
    ("restore", "--user-pool"),
    ("rotate", "service-key"),
)


@pytest.fixture(scope="module")
def environment(session: boto3.Session) -> Iterator[Configuration]:
    """An environment that the commands find."""
    make_artifact_bucket(session)
    made = Environment(session, "dev", TEMPLATE.replace("Outputs:", MORE))
    session.client("cognito-idp").admin_create_user(
        UserPoolId=made.stack.physical("UserPool"),
        Username="+27820000001",
        UserAttributes=[{"Name": "phone_number", "Value": "+27820000001"}],
    )
    with patch.object(commands.configuration, "load", lambda _: made.configuration):
        yield made.configuration


@pytest.mark.parametrize("line", PLANS, ids=" ".join)
def test_given_a_plan_then_only_reads_are_made(environment: Configuration, line: tuple[str, ...]) -> None:
    made: list[str] = []
    call = BaseClient._make_api_call

    def noted(client: Any, operation: str, request: Any) -> Any:
        made.append(_method(client, operation))
        return call(client, operation, request)

    with patch.object(BaseClient, "_make_api_call", noted):
        ended = CliRunner().invoke(commands.operations, [line[0], environment.environment, *line[1:], "--plan"])
    assert ended.exit_code == 0, (ended.output, ended.exception)
    assert ended.output.strip(), "it shows what would be done"
    assert [one for one in made if not one.startswith(READS)] == []


def _method(client: Any, operation: str) -> str:
    """The name of the method of an operation."""
    return next(name for name, one in client.meta.method_to_api_mapping.items() if one == operation)


def test_every_command_that_changes_something_has_a_plan() -> None:
    for name, command in commands.operations.commands.items():
        has = any(one.name == "plan" for one in command.params)
        assert has != (name in LOOKS_ONLY), name
