"""A lost user pool is built anew from the Users table, on the AWS stand-in, over HTTP."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from operations.configuration import Configuration
from operations.deploy import Deployment
from operations.stack import Stack
from operations.user_pool import PoolRecovery
from tests.operations.artifacts import make_artifact_bucket

GROUPS = ("admin", "buyer", "worker")
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Environment: {Type: String}
  Maintenance: {Type: String, Default: "false"}
  ReleaseId: {Type: String, Default: ""}
Resources:
  UsersTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      TableName: !Sub khaya-users-${Environment}-1
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: userId, AttributeType: S}]
      KeySchema: [{AttributeName: userId, KeyType: HASH}]
  UserPool:
    Type: AWS::Cognito::UserPool
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      UserPoolName: !Sub khaya-${Environment}
      UsernameAttributes: [phone_number, email]
  UserPoolClient:
    Type: AWS::Cognito::UserPoolClient
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties: {UserPoolId: !Ref UserPool, ExplicitAuthFlows: [ALLOW_ADMIN_USER_PASSWORD_AUTH]}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: !Ref Environment
      Auth: {DefaultAuthorizer: Pool, Authorizers: {Pool: {UserPoolArn: !GetAtt UserPool.Arn}}}
  ProfilesFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub khaya-profiles-${Environment}
      Handler: index.handler
      Runtime: python3.13
      InlineCode: "def handler(event, context): return {}"
      Environment: {Variables: {POOL: !Ref UserPool, CLIENT: !Ref UserPoolClient}}
      Events: {Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /me, Method: GET}}}
""" + "".join(
    f"""
  {name.capitalize()}Group:
    Type: AWS::Cognito::UserPoolGroup
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties: {{UserPoolId: !Ref UserPool, GroupName: {name}}}
"""
    for name in GROUPS
)
OUTPUTS = """
Outputs:
  ApiId: {Value: !Ref Api}
"""
RECORDS: tuple[dict[str, Any], ...] = (
    {"userId": "thandi", "displayName": "Thandi", "phone": "+27820000001", "email": "thandi@khaya.example",
     "roles": ["buyer", "admin"], "subject": "old-thandi"},
    {"userId": "sipho", "displayName": "Sipho", "email": "sipho@khaya.example", "roles": ["worker", "buyer"],
     "lostRoles": {"buyer"}, "status": "suspended", "subject": "old-sipho"},
    {"userId": "gone", "phone": "+27820000003", "roles": [], "status": "erased"},
    {"userId": "taken", "phone": "+27820000001", "roles": ["worker"], "subject": "old-taken"},
    {"userId": "nobody", "roles": []},
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def artifacts(session: boto3.Session) -> None:
    make_artifact_bucket(session)


class Environment:
    """A deployed environment with people, and what its operator was shown."""

    def __init__(self, session: boto3.Session, name: str) -> None:
        self.session = session
        self.lost = self.served = ""
        self.shown: list[str] = []
        self.configuration = Configuration(name, f"khaya-{name}", "af-south-1", {"Environment": name}, {})
        self.deployment = Deployment(
            session, self.configuration, self.shown.append, lambda: None, lambda *_, **__: [], 0.2
        )
        self.deployment.deploy(TEMPLATE + OUTPUTS, "a" * 40, {})
        self.cognito = session.client("cognito-idp")
        self.table = session.resource("dynamodb").Table(f"khaya-users-{name}-1")
        for record in RECORDS:
            self.table.put_item(Item={**record, "createdAt": "2026-11-01T00:00:00.000Z"})
            for kind in ("phone", "email"):
                if kind in record and record["userId"] != "taken":
                    self.table.put_item(Item={"userId": f"{kind}#{record[kind]}", "holder": record["userId"]})
            if "subject" in record:
                self.table.put_item(Item={"userId": f"subject#{record['subject']}", "holder": record["userId"]})

    @property
    def recovery(self) -> PoolRecovery:
        return PoolRecovery(self.session, self.configuration, self.deployment, self.shown.append)

    @property
    def pool(self) -> str:
        return Stack(self.session, self.configuration.stack).physical("UserPool")

    def accounts(self) -> dict[str, dict[str, str]]:
        """The attributes of all accounts, by the name that is shown."""
        found = self.cognito.list_users(UserPoolId=self.pool)["Users"]
        attributes = [{one["Name"]: one["Value"] for one in user["Attributes"]} for user in found]
        assert {user["UserStatus"] for user in found} <= {"CONFIRMED"}, "otherwise nobody could sign in by a code"
        return {one["name"]: one for one in attributes}

    def deployed_api(self) -> str:
        """The deployment that the API's stage serves."""
        api = Stack(self.session, self.configuration.stack).outputs()["ApiId"]
        found = self.session.client("apigateway").get_stage(restApiId=api, stageName=self.configuration.environment)
        return str(found["deploymentId"])

    def members(self, group: str) -> list[str]:
        """The names of the members of a group."""
        found = self.cognito.list_users_in_group(UserPoolId=self.pool, GroupName=group)["Users"]
        return sorted(one["Value"] for user in found for one in user["Attributes"] if one["Name"] == "name")


@pytest.fixture(scope="module")
def rebuilt(session: boto3.Session) -> Environment:
    """An environment whose user pool was deleted and built anew."""
    environment = Environment(session, "dev")
    environment.lost = environment.pool
    environment.served = environment.deployed_api()
    environment.cognito.delete_user_pool(UserPoolId=environment.lost)
    environment.recovery.run()
    return environment


def test_given_a_lost_pool_then_the_stack_has_a_new_one_and_functions_and_api_use_it(rebuilt: Environment) -> None:
    assert rebuilt.pool != rebuilt.lost
    found = rebuilt.session.client("lambda").get_function_configuration(FunctionName="khaya-profiles-dev")
    clients = rebuilt.cognito.list_user_pool_clients(UserPoolId=rebuilt.pool, MaxResults=10)["UserPoolClients"]
    assert found["Environment"]["Variables"] == {"POOL": rebuilt.pool, "CLIENT": clients[0]["ClientId"]}
    assert rebuilt.deployed_api() != rebuilt.served


def test_given_a_lost_pool_then_people_have_accounts_with_their_contacts_and_groups(rebuilt: Environment) -> None:
    accounts = rebuilt.accounts()
    assert accounts.keys() == {"Thandi", "Sipho"}, "not who was erased, or whose phone is somebody else's now"
    thandi, sipho = accounts["Thandi"], accounts["Sipho"]
    assert (thandi["phone_number"], thandi["email"]) == ("+27820000001", "thandi@khaya.example")
    assert (thandi["phone_number_verified"], thandi["email_verified"]) == ("true", "true")
    assert "phone_number" not in sipho
    assert {group: rebuilt.members(group) for group in GROUPS} == {
        "admin": ["Thandi"],
        "buyer": ["Thandi"],
        "worker": ["Sipho"],
    }, "without roles that were lost"


def test_given_a_lost_pool_then_records_name_the_new_accounts(rebuilt: Environment) -> None:
    for name, account in rebuilt.accounts().items():
        record = rebuilt.table.get_item(Key={"userId": name.lower()})["Item"]
        assert record["subject"] == account["sub"]
        assert rebuilt.table.get_item(Key={"userId": f"subject#{account['sub']}"})["Item"]["holder"] == name.lower()
        assert "Item" not in rebuilt.table.get_item(Key={"userId": f"subject#old-{name.lower()}"})


def test_given_a_pool_that_was_built_anew_when_run_again_then_nothing_changes(rebuilt: Environment) -> None:
    pool, accounts = rebuilt.pool, rebuilt.accounts()
    rebuilt.recovery.run()
    assert (rebuilt.pool, rebuilt.accounts()) == (pool, accounts)


def test_given_a_plan_then_it_shows_the_people_and_changes_nothing(session: boto3.Session) -> None:
    environment = Environment(session, "plan")
    environment.recovery.plan()
    assert "is there" in environment.shown[-2]
    assert environment.shown[-1].startswith("2 people")
    assert environment.accounts() == {}
