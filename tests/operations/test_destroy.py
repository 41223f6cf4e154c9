"""An environment that is destroyed leaves no stack and no store."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config

from operations.configuration import Configuration
from operations.destroy import Destruction
from operations.refused import Refused
from operations.stack import Stack

STORES = """
Resources:
  Jobs:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: destroy-jobs
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Media:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties: {BucketName: destroy-media, VersioningConfiguration: {Status: Enabled}}
  Key:
    Type: AWS::SecretsManager::Secret
    DeletionPolicy: Retain
    Properties: {Name: destroy-key, SecretString: k}
"""


def configuration(environment: str) -> Configuration:
    return Configuration(environment, f"khaya-{environment}", "af-south-1", {}, {})


def deploy(session: boto3.Session) -> Any:
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(StackName="khaya-dev", TemplateBody=STORES)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="khaya-dev", WaiterConfig={"Delay": 1})
    s3 = session.client("s3", config=Config(s3={"addressing_style": "path"}))
    s3.put_object(Bucket="destroy-media", Key="one", Body=b"1")
    s3.put_object(Bucket="destroy-media", Key="one", Body=b"2")
    s3.delete_object(Bucket="destroy-media", Key="one")
    return s3


def test_given_retained_stores_when_destroyed_then_stack_and_stores_are_gone_and_it_can_be_deployed_again(
    session: boto3.Session,
) -> None:
    for _ in range(2):
        s3 = deploy(session)
        Destruction(session, configuration("dev"), print, 0.2).destroy()
        assert Stack(session, "khaya-dev").status() is None
        assert session.client("dynamodb").list_tables()["TableNames"] == []
        assert s3.list_buckets()["Buckets"] == []


def test_given_a_destruction_that_was_interrupted_when_repeated_then_it_ends(session: boto3.Session) -> None:
    deploy(session)
    session.client("dynamodb").delete_table(TableName="destroy-jobs")
    Destruction(session, configuration("dev"), print, 0.2).destroy()
    assert Stack(session, "khaya-dev").status() is None


def test_prod_is_not_destroyed(session: boto3.Session) -> None:
    with pytest.raises(Refused, match="Prod"):
        Destruction(session, configuration("prod"), print)
