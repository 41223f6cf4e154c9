"""A stack that was destroyed is deployed again with its data, on the AWS stand-in."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import boto3
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from operations import bring_back
from operations.bring_back import Stores, template_of
from operations.configuration import Configuration
from operations.deploy import Deployment
from operations.stack import Resource, Stack
from tests.operations.artifacts import make_artifact_bucket

TEMPLATE = """
Parameters:
  Environment: {Type: String}
  Generation: {Type: Number, Default: 1}
Resources:
  JobsTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      TableName: !Sub khaya-jobs-${Environment}-${Generation}
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  MediaBucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties: {BucketName: !Sub "khaya-media-${Environment}"}
  UserPool:
    Type: AWS::Cognito::UserPool
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      UserPoolName: !Sub khaya-${Environment}
      UserPoolTags: {queue: !GetAtt Queue.QueueName}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "khaya-queue-${Environment}"}
Outputs:
  ApiUrl: {Value: !Sub "https://${Environment}.test"}
"""


@pytest.fixture(scope="module", autouse=True)
def artifacts(session: boto3.Session) -> None:
    make_artifact_bucket(session)


class Operator:
    """Deploys one environment, and loses its stack."""

    def __init__(self, session: boto3.Session, environment: str) -> None:
        self.session, self.environment = session, environment
        self.shown: list[str] = []
        self.asked = 0
        self.stack = Stack(session, f"khaya-{environment}")
        self.table = f"khaya-jobs-{environment}-1"

    def deploy(self, template: str = TEMPLATE, *, plan: bool = False) -> None:
        parameters = {"Environment": self.environment}
        found = Configuration(self.environment, self.stack.name, "af-south-1", parameters, {"application": "khaya"})
        deployment = Deployment(self.session, found, self.shown.append, self.confirm, lambda *_: [], 0.2)
        deployment.deploy(template, "a" * 40, {}, plan=plan)

    def confirm(self) -> None:
        self.asked += 1

    def lose_the_stack(self) -> None:
        cloudformation = self.session.client("cloudformation")
        cloudformation.delete_stack(StackName=self.stack.name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=self.stack.name, WaiterConfig={"Delay": 1})

    def physical(self) -> dict[str, str]:
        return {one.logical: one.physical for one in self.stack.resources()}


def test_given_a_destroyed_stack_when_deployed_again_then_it_has_its_data_and_its_people(
    session: boto3.Session,
) -> None:
    operator = Operator(session, "lost")
    operator.deploy()
    before = operator.physical()
    session.client("dynamodb").put_item(TableName=operator.table, Item={"id": {"S": "job"}})
    session.client("s3").put_object(Bucket="khaya-media-lost", Key="photo", Body=b"1")
    operator.lose_the_stack()
    assert operator.stack.status() is None

    operator.deploy()

    assert operator.physical() == before
    assert session.client("dynamodb").scan(TableName=operator.table)["Items"] == [{"id": {"S": "job"}}]
    assert session.client("s3").list_objects_v2(Bucket="khaya-media-lost")["Contents"][0]["Key"] == "photo"
    pool: Any = session.client("cognito-idp").describe_user_pool(UserPoolId=before["UserPool"])["UserPool"]
    assert pool["UserPoolTags"]["queue"] == "khaya-queue-lost", "the update adds what the import leaves out"
    deployed = session.client("cloudformation").get_template(StackName=operator.stack.name)["TemplateBody"]
    assert "RetainExceptOnCreate" in str(deployed), "and sets the policies back"


def test_given_a_destroyed_stack_when_brought_back_then_the_next_deployment_changes_it_as_any_other(
    session: boto3.Session,
) -> None:
    operator = Operator(session, "next")
    operator.deploy()
    operator.lose_the_stack()
    operator.deploy()
    said = "  Said: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: second}}\nOutputs:"
    operator.deploy(TEMPLATE.replace("Outputs:", said))
    assert "Said" in operator.physical()
    assert operator.stack.status() == "UPDATE_COMPLETE"


def test_given_one_store_that_is_gone_too_then_the_others_are_brought_back_and_it_is_made_anew(
    session: boto3.Session,
) -> None:
    operator = Operator(session, "part")
    operator.deploy()
    session.client("dynamodb").put_item(TableName=operator.table, Item={"id": {"S": "job"}})
    operator.lose_the_stack()
    session.client("s3").delete_bucket(Bucket="khaya-media-part")
    operator.deploy()
    assert session.client("dynamodb").scan(TableName=operator.table)["Count"] == 1
    assert session.client("s3").list_objects_v2(Bucket="khaya-media-part")["KeyCount"] == 0


def test_given_a_destroyed_stack_when_planned_then_its_stores_are_named_and_nothing_is_made(
    session: boto3.Session,
) -> None:
    operator = Operator(session, "look")
    operator.deploy()
    operator.lose_the_stack()
    operator.deploy(plan=True)
    assert any(operator.table in line for line in operator.shown)
    assert operator.stack.status() is None


def test_given_a_destroyed_stack_then_the_operator_is_asked_before_its_stores_are_taken_over(
    session: boto3.Session,
) -> None:
    operator = Operator(session, "asks")
    operator.deploy()
    operator.lose_the_stack()
    operator.asked = 0
    operator.deploy()
    assert operator.asked == 2


@pytest.mark.parametrize("kind", bring_back.IDENTIFIERS)
def test_a_store_is_named_by_what_aws_publishes_as_its_identifier_and_can_be_imported(kind: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("af-south-1", kind).schema
    assert schema["primaryIdentifier"] == [f"/properties/{name}" for name in bring_back.IDENTIFIERS[kind]]
    assert "read" in schema["handlers"], "CloudFormation imports only what it can read"


def test_the_template_of_an_import_holds_the_stores_only_and_nothing_that_names_another_resource() -> None:
    left = [Resource("JobsTable", "AWS::DynamoDB::Table", "t"), Resource("UserPool", bring_back.POOL, "p")]
    found = json.loads(template_of(TEMPLATE, left))
    assert {*found} == {"Parameters", "Resources"}
    assert {*found["Resources"]} == {"JobsTable", "UserPool"}
    assert found["Resources"]["UserPool"]["Properties"] == {"UserPoolName": {"Fn::Sub": "khaya-${Environment}"}}
    policies = {one["DeletionPolicy"] for one in found["Resources"].values()}
    assert policies == {"Retain"}, "an import that is taken back deletes what may go on creation"


def test_given_a_secret_then_it_is_found_without_reading_its_value_unless_it_is_being_deleted(
    session: boto3.Session,
) -> None:
    manager = session.client("secretsmanager")
    template = json.dumps({"Resources": {"ServiceKey": {"DeletionPolicy": "RetainExceptOnCreate"}}})
    secret = manager.create_secret(Name="noted", SecretString="value")["ARN"]
    noted = Resource("ServiceKey", "AWS::SecretsManager::Secret", secret)
    session.client("s3").put_object(
        Bucket="artifacts", Key="stores/secret.json", Body=json.dumps([asdict(noted)]).encode()
    )
    stores = Stores(session, "secret", "artifacts")
    calls: list[str] = []
    session.events.register("before-call.secretsmanager", lambda model, **_: calls.append(model.name), unique_id="t")
    assert stores.left(template) == [noted]
    assert calls == ["DescribeSecret"]
    session.events.unregister("before-call.secretsmanager", unique_id="t")
    manager.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    assert stores.left(template) == []
