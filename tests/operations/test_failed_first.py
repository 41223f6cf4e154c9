"""A stack is deleted only if it is what a failed first deployment has left, on the AWS stand-in, over HTTP."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import boto3
import pytest

from operations.change_set import Deployments, Failed
from operations.configuration import Configuration
from operations.deploy import Deployment
from operations.refused import Refused
from operations.stack import Stack
from operations.stack_parts import StackParts
from tests.operations.artifacts import make_artifact_bucket
from tests.operations.test_deploy import BROKEN, SMALL

TABLE = """
    Type: AWS::DynamoDB::Table
    DeletionPolicy: RetainExceptOnCreate
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""
WITH_TABLE = SMALL.replace("Parameters:", 'Parameters:\n  Maintenance: {Type: String, Default: "false"}', 1).replace(
    "Outputs:", f"  Jobs:{TABLE}Outputs:"
)


@pytest.fixture(scope="module", autouse=True)
def artifacts(session: boto3.Session) -> None:
    make_artifact_bucket(session)


class Operator:
    """Deploys one environment, and counts the questions."""

    def __init__(self, session: boto3.Session, environment: str, **parameters: str) -> None:
        self.asked = 0
        self.shown: list[str] = []
        self.stack = Stack(session, f"khaya-{environment}")
        self.configuration = Configuration(
            environment, self.stack.name, "af-south-1", {"Environment": environment, **parameters}, {}
        )
        self.session = session
        self.deployment = Deployment(session, self.configuration, self.shown.append, self.ask, lambda *_: [], 0.2)

    def ask(self) -> None:
        self.asked += 1

    def import_what_is_gone(self) -> None:
        """Import a table that is deleted between the change set and its execution, so that CloudFormation rolls back."""
        dynamodb = self.session.client("dynamodb")
        dynamodb.create_table(
            TableName="passing",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        parts = StackParts(self.session, self.configuration, 0.2)
        template = parts.template()
        passing = {**template["Resources"]["Jobs"], "DeletionPolicy": "Retain"}
        passing["Properties"] = {**passing["Properties"], "TableName": "passing"}
        template["Resources"]["Passing"] = passing
        deployments = Deployments(self.session, self.stack, 0.2, say=self.shown.append)
        made = deployments.prepare_import("passing", parts.keep("passing.json", template), {"Passing": "passing"})
        dynamodb.delete_table(TableName="passing")
        with pytest.raises(Failed):
            deployments.execute(made)


@pytest.fixture
def deletions(session: boto3.Session) -> Any:
    """The stacks that are deleted."""
    made: list[str] = []

    def note(params: Any, **_: Any) -> None:
        made.append(params["StackName"])

    session.events.register("provide-client-params.cloudformation.DeleteStack", note)
    yield made
    session.events.unregister("provide-client-params.cloudformation.DeleteStack", note)


def test_given_a_live_stack_whose_import_was_rolled_back_then_no_command_deletes_it(
    session: boto3.Session, deletions: list[str]
) -> None:
    operator = Operator(session, "live")
    operator.deployment.deploy(WITH_TABLE, "a" * 40, {})
    table = operator.stack.physical("Jobs")
    operator.import_what_is_gone()
    assert operator.stack.status() == "IMPORT_ROLLBACK_COMPLETE"

    operator.deployment.set_maintenance(on=False, plan=True)
    operator.deployment.deploy(WITH_TABLE, "b" * 40, {}, plan=True)
    assert operator.stack.status() == "IMPORT_ROLLBACK_COMPLETE"
    operator.deployment.set_maintenance(on=False)
    operator.deployment.deploy(WITH_TABLE.replace("first", "second"), "b" * 40, {})

    assert deletions == []
    assert operator.stack.physical("Jobs") == table
    assert operator.stack.status() == "UPDATE_COMPLETE"


def test_given_a_failed_first_deployment_when_planned_then_its_remains_stay(
    session: boto3.Session, deletions: list[str]
) -> None:
    operator = Operator(session, "remains")
    with pytest.raises(Refused, match="taken the changes back"):
        operator.deployment.deploy(BROKEN, "a" * 40, {})
    operator.deployment.deploy(SMALL, "b" * 40, {}, plan=True)
    assert deletions == []
    assert any("made anew" in line for line in operator.shown)

    operator.asked = 0
    operator.deployment.deploy(SMALL, "b" * 40, {})
    assert deletions == [operator.stack.name]
    assert operator.asked == 2, "before the remains go, and before the changes"


@pytest.mark.parametrize(
    ("status", "held", "deployed", "left"),
    [
        ("ROLLBACK_COMPLETE", {}, False, True),
        ("ROLLBACK_COMPLETE", {}, True, True),
        ("ROLLBACK_FAILED", {"Handle": "DELETE_FAILED"}, False, True),
        ("ROLLBACK_FAILED", {"Handle": "DELETE_FAILED"}, True, False),
        ("ROLLBACK_COMPLETE", {"Jobs": "CREATE_COMPLETE"}, False, False),
        ("IMPORT_ROLLBACK_COMPLETE", {}, True, True),
        ("IMPORT_ROLLBACK_COMPLETE", {"Jobs": "UPDATE_COMPLETE"}, True, False),
        ("IMPORT_ROLLBACK_COMPLETE", {"Jobs": "UPDATE_COMPLETE"}, False, False),
        ("UPDATE_ROLLBACK_COMPLETE", {}, False, False),
    ],
)
def test_only_what_holds_nothing_that_was_made_is_left_of_a_first_deployment(
    session: boto3.Session, status: str, held: dict[str, str], *, deployed: bool, left: bool
) -> None:
    stack = Stack(session, "khaya-any")
    with patch.object(stack, "status", lambda: status), patch.object(stack, "held", lambda: held):
        assert Deployments(session, stack).is_left_of_first(deployed=deployed) is left


def test_given_a_deletion_that_fails_then_it_is_an_error(session: boto3.Session) -> None:
    operator = Operator(session, "stuck")
    with pytest.raises(Refused, match="taken the changes back"):
        operator.deployment.deploy(BROKEN, "a" * 40, {})
    deployments = Deployments(session, operator.stack, 0.0, say=operator.shown.append)
    with (
        patch.object(operator.stack, "status", lambda: "DELETE_FAILED"),
        pytest.raises(Refused, match="is DELETE_FAILED"),
    ):
        deployments.remove()


@pytest.mark.parametrize("command", ["rollback", "maintenance"])
def test_given_remains_then_only_a_deployment_removes_them(
    session: boto3.Session, deletions: list[str], command: str
) -> None:
    operator = Operator(session, command)
    operator.deployment.deploy(SMALL, "a" * 40, {})
    operator.deployment.deploy(SMALL.replace("first", "second"), "b" * 40, {})
    commands = {
        "rollback": operator.deployment.rollback,
        "maintenance": lambda: operator.deployment.set_maintenance(on=False),
    }
    with (
        patch.object(Stack, "status", lambda _: "ROLLBACK_COMPLETE"),
        pytest.raises(Refused, match="can only be deleted"),
    ):
        commands[command]()
    assert deletions == []


def test_given_prod_when_deployed_then_its_stack_is_protected_against_deletion(session: boto3.Session) -> None:
    real = {"AppUrl": "https://app.khaya.africa", "AllowedOrigins": "https://app.khaya.africa", "LocalOrigins": ""}
    real |= dict.fromkeys(("EmailDomain", "PaymentEmailDomain"), "khaya.africa")
    declared = "".join(f"  {name}: {{Type: String}}\n" for name in real)
    operator = Operator(session, "prod", **real)
    operator.deployment.deploy(SMALL.replace("Parameters:\n", f"Parameters:\n{declared}", 1), "a" * 40, {})
    found = operator.stack.described()
    assert found is not None
    assert found["EnableTerminationProtection"] is True
