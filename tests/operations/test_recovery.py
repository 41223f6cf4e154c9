"""A small environment is set back to one second, on the AWS stand-in, over HTTP, by its import of resources.

The stand-in restores a table as it is, whatever time is asked for. So the copies are made here, before the changes that
the restore takes back. Functions run on the stand-in too, and answer as `repair` and `reconciliation` do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from operations.configuration import Configuration
from operations.deploy import Deployment
from operations.recovery import Recovery
from operations.refused import Refused
from operations.stack import Stack
from tests.operations.artifacts import make_artifact_bucket

MOMENT = datetime(2026, 11, 21, 8, tzinfo=UTC)
RESTORED = ("audit", "jobs", "listings", "notifications", "profiles", "sessions", "stories")
TABLE = """
  {logical}Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      TableName: !Sub khaya-{name}-${{Environment}}-${{Generation}}
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {{StreamViewType: NEW_AND_OLD_IMAGES}}
      AttributeDefinitions: [{{AttributeName: {key}, AttributeType: S}}{more}]
      KeySchema: [{{AttributeName: {key}, KeyType: HASH}}]{index}
"""
BY_TIME = """
      GlobalSecondaryIndexes:
        - IndexName: byTime
          KeySchema: [{AttributeName: partition, KeyType: HASH}, {AttributeName: id, KeyType: RANGE}]
          Projection: {ProjectionType: ALL}"""
FUNCTION = """
  {logical}Function:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub khaya-{name}-${{Environment}}
      Handler: index.handler
      Runtime: python3.13
      AutoPublishAlias: live
      AutoPublishCodeSha256: !Ref ReleaseId
      AutoPublishAliasAllProperties: true
      InlineCode: |
        def handler(event, context):
            return {answer}
      Environment: {{Variables: {{JOBS_TABLE: !Ref JobsTable, RELEASE_ID: !Ref ReleaseId}}}}
      Policies:
        - Version: "2012-10-17"
          Statement: [{{Effect: Allow, Action: "dynamodb:Query", Resource: !Sub "${{JobsTable.Arn}}/index/*"}}]
"""
MAPPING = """      Events:
        Jobs:
          Type: DynamoDB
          Properties:
            Enabled: !If [Works, true, false]
            Stream: !GetAtt JobsTable.StreamArn
            StartingPosition: TRIM_HORIZON
"""


def table(name: str) -> str:
    is_trail = name == "audit"
    return TABLE.format(
        logical=name.capitalize(),
        name=name,
        key="userId" if name == "profiles" else "id",
        more=", {AttributeName: partition, AttributeType: S}" if is_trail else "",
        index=BY_TIME if is_trail else "",
    )


def function(logical: str, name: str, answer: str) -> str:
    return FUNCTION.format(logical=logical, name=name, answer=answer)


TEMPLATE = (
    """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Environment: {Type: String}
  Generation: {Type: Number, Default: 1}
  Maintenance: {Type: String, Default: "false"}
  ReleaseId: {Type: String, Default: ""}
Conditions:
  Works: !Equals [!Ref Maintenance, "false"]
Resources:
"""
    + "".join(table(name) for name in (*RESTORED, "search"))
    + function("Repair", "repair", '{"findings": {"checked": {"names": len(event["objects"])}}, "left": []}')
    + function("Reconciliation", "reconciliation", '{"days": 1, "open": 2}')
    + function("StreamDispatcher", "stream-dispatcher", "None")
    + MAPPING
    + """
  DerivedDeadLetters: {Type: AWS::SQS::Queue}
Outputs:
  Jobs: {Value: !Sub "${JobsTable} is read"}
"""
)


@pytest.fixture(scope="module", autouse=True)
def artifacts(session: boto3.Session) -> None:
    make_artifact_bucket(session)


class Environment:
    """A deployed environment, and what its operator was shown."""

    def __init__(self, session: boto3.Session, name: str, template: str = TEMPLATE) -> None:
        self.shown: list[str] = []
        self.name = name
        self.session = session
        self.dynamodb = session.client("dynamodb")
        self.stack = Stack(session, f"khaya-{name}")
        self.configuration = Configuration(name, self.stack.name, "af-south-1", {"Environment": name}, {"by": "test"})
        self.deployment = Deployment(
            session, self.configuration, self.shown.append, lambda: None, lambda *_, **__: [], 0.2
        )
        self.deployment.deploy(template, "a" * 40, {})

    @property
    def recovery(self) -> Recovery:
        return Recovery(self.session, self.configuration, self.deployment, self.shown.append, 0.2)

    def put(self, table: str, **item: str) -> None:
        self.dynamodb.put_item(TableName=self.table(table), Item={name: {"S": value} for name, value in item.items()})

    def ids(self, table: str, generation: int = 2) -> list[str]:
        items = self.dynamodb.scan(TableName=self.table(table, generation))["Items"]
        return sorted(item["id"]["S"] for item in items)

    def table(self, name: str, generation: int = 1) -> str:
        return f"khaya-{name}-{self.name}-{generation}"

    def copy(self) -> None:
        """Make the copies of the second that is restored to."""
        for name in RESTORED:
            self.dynamodb.restore_table_to_point_in_time(
                SourceTableName=self.table(name), TargetTableName=self.table(name, 2), RestoreDateTime=MOMENT
            )

    def read(self) -> str:
        """The table that the deployed code reads. `tests/infrastructure` shows that each release publishes a version."""
        found = self.session.client("lambda").get_function_configuration(
            FunctionName=f"khaya-stream-dispatcher-{self.name}"
        )
        return str(found["Environment"]["Variables"]["JOBS_TABLE"])

    def source(self) -> dict[str, Any]:
        """The event source of the stream dispatcher."""
        [found] = self.session.client("lambda").list_event_source_mappings(
            FunctionName=f"khaya-stream-dispatcher-{self.name}:live"
        )["EventSourceMappings"]
        return dict(found)


@pytest.fixture(scope="module")
def restored(session: boto3.Session) -> Environment:
    """An environment that was set back: a job, a session and an audit row are newer than the second."""
    environment = Environment(session, "dev")
    environment.put("jobs", id="kept", title="wall")
    environment.put(
        "audit", id="1", partition="all", at="2026-11-21T07:00:00.000Z", action="job.posted", object="jobs/1"
    )
    environment.put("notifications", id="held", state="waits")
    environment.copy()
    environment.put("jobs", id="later", title="roof")
    environment.put("sessions", id="later")
    environment.put(
        "audit", id="2", partition="all", at="2026-11-21T09:00:00.000Z", action="person.erased", object="people/p"
    )
    environment.put("notifications", id="held", state="sent")
    environment.put("notifications", id="told", state="sent")
    session.client("sqs").send_message(
        QueueUrl=environment.stack.physical("DerivedDeadLetters"), MessageBody='{"consumer": "bids"}'
    )
    environment.recovery.run(MOMENT)
    return environment


def test_given_a_restore_then_functions_and_event_sources_use_the_restored_tables(restored: Environment) -> None:
    assert restored.read() == "khaya-jobs-dev-2"
    # The stand-in shows every new event source as enabled, so its state is looked at after the end of maintenance.
    assert restored.source()["EventSourceArn"].split("/")[1] == "khaya-jobs-dev-2"
    assert restored.stack.outputs()["Jobs"] == "khaya-jobs-dev-2 is read"
    assert restored.stack.parameters()["Generation"] == "2"
    assert restored.stack.parameters()["Maintenance"] == "true"


def test_given_a_restore_then_the_stack_holds_the_restored_tables_with_their_data(restored: Environment) -> None:
    held = {one.physical for one in restored.stack.resources() if one.kind == "AWS::DynamoDB::Table"}
    assert held == {restored.table(name, 2) for name in (*RESTORED, "search")}
    assert restored.ids("jobs") == ["kept"]
    assert restored.ids("search") == []


def test_given_a_restore_then_the_tables_before_stay_with_their_data(restored: Environment) -> None:
    assert restored.ids("jobs", 1) == ["kept", "later"]
    assert restored.ids("audit", 1) == ["1", "2"]


def test_given_a_restore_then_nobody_is_told_and_nothing_is_recorded_twice(restored: Environment) -> None:
    assert restored.ids("audit") == ["1", "2"]
    assert restored.ids("notifications") == ["held", "told"]
    held = restored.dynamodb.get_item(TableName=restored.table("notifications", 2), Key={"id": {"S": "held"}})
    assert held["Item"]["state"] == {"S": "sent"}, "a notice that was held then was sent since"


def test_given_a_restore_then_it_says_what_becomes_of_what_is_newer(restored: Environment) -> None:
    said = "\n".join(restored.shown)
    assert "khaya-jobs-dev-2: 1 items; 0 set back, 1 newer ones gone" in said
    assert "sessions  1 are gone" in said
    assert "open: 2" in said, "what the reconciliation counted"
    assert "DerivedDeadLetters: 1 messages wait" in said
    assert "person.erased: 1" in said, "what was done since, by the audit trail"
    assert "job.posted" not in said
    assert "Generation=2 in samconfig.toml" in said


def test_given_the_end_of_maintenance_then_the_present_release_serves_the_restored_tables(
    restored: Environment,
) -> None:
    restored.deployment.set_maintenance(on=False)
    assert restored.read() == "khaya-jobs-dev-2"
    assert restored.source()["State"] == "Enabled"


def test_given_the_generation_before_in_the_settings_then_a_deployment_is_refused(restored: Environment) -> None:
    with pytest.raises(Refused, match="Generation would be 1"):
        restored.deployment.deploy(TEMPLATE, "b" * 40, {})
    restored.configuration.parameters["Generation"] = "2"
    restored.deployment.deploy(TEMPLATE, "b" * 40, {})
    assert restored.read() == "khaya-jobs-dev-2"


def test_given_a_release_from_before_the_restore_then_no_rollback_leads_to_it(session: boto3.Session) -> None:
    environment = Environment(session, "back")
    environment.deployment.deploy(TEMPLATE + "  More: {Value: more}\n", "b" * 40, {})
    environment.recovery.run(MOMENT)
    environment.deployment.set_maintenance(on=False)
    for rollback in (environment.deployment.rollback, environment.deployment.rollback_code):
        with pytest.raises(Refused, match="No release before this one"):
            rollback()


@pytest.mark.parametrize("step", ["restore", "take_out", "import_tables", "move_to_generation"])
def test_given_a_restore_that_ended_after_a_step_when_run_again_then_it_ends(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    environment = Environment(session, step.replace("_", ""))
    environment.put("jobs", id="kept")
    environment.copy()
    environment.put("jobs", id="later")
    recovery = environment.recovery
    owner, name = {
        "restore": (recovery, "_take_over"),
        "take_out": (recovery._parts, "import_tables"),
        "import_tables": (environment.deployment, "move_to_generation"),
        "move_to_generation": (recovery, "_correct"),
    }[step]
    with monkeypatch.context() as interrupted:
        interrupted.setattr(owner, name, fails)
        with pytest.raises(InterruptedError):
            recovery.run(MOMENT)
    environment.recovery.run(MOMENT)
    assert environment.read() == f"khaya-jobs-{environment.name}-2"
    assert environment.ids("jobs") == ["kept"]


def fails(*_: Any, **__: Any) -> None:
    raise InterruptedError


def test_given_tables_out_of_the_stack_then_nothing_else_changed_and_another_time_is_refused(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment(session, "other")
    environment.deployment.set_maintenance(on=True)
    before = environment.source()["UUID"], environment.read(), environment.stack.outputs()
    recovery = environment.recovery
    monkeypatch.setattr(recovery._parts, "import_tables", fails)
    with pytest.raises(InterruptedError):
        recovery.run(MOMENT)
    assert {one.logical for one in environment.stack.resources() if one.kind == "AWS::DynamoDB::Table"} == {
        "SearchTable"
    }
    assert (environment.source()["UUID"], environment.read(), environment.stack.outputs()) == before
    assert environment.source()["State"] == "Disabled"
    with pytest.raises(Refused, match="Finish it first"):
        environment.recovery.run(MOMENT.replace(hour=9))


def test_given_a_table_that_is_gone_when_it_is_to_be_imported_then_cloudformation_refuses_and_it_can_be_run_again(
    session: boto3.Session,
) -> None:
    environment = Environment(session, "refused")
    recovery = environment.recovery
    importing = recovery._parts.import_tables

    def without_a_table(*arguments: Any) -> None:
        environment.dynamodb.update_table(TableName=environment.table("jobs", 2), DeletionProtectionEnabled=False)
        environment.dynamodb.delete_table(TableName=environment.table("jobs", 2))
        importing(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery._parts, "import_tables", without_a_table)
        with pytest.raises(Refused, match="CloudFormation does not take"):
            recovery.run(MOMENT)
    environment.recovery.run(MOMENT)
    assert environment.read() == environment.table("jobs", 2)


def test_given_tables_that_were_made_from_copies_then_they_are_used_whatever_their_time(session: boto3.Session) -> None:
    environment = Environment(session, "copied")
    with pytest.raises(Refused, match=r"khaya-audit-copied-2, .* is not there"):
        environment.recovery.run(MOMENT, copied=True)
    environment.put("jobs", id="saved")
    environment.copy()
    environment.dynamodb.delete_item(TableName=environment.table("jobs"), Key={"id": {"S": "saved"}})
    environment.recovery.run(MOMENT.replace(hour=9), copied=True)
    assert environment.read() == environment.table("jobs", 2)
    assert environment.ids("jobs") == ["saved"]


@pytest.mark.parametrize("only_looks", [Recovery.plan, Recovery.beside])
def test_given_a_plan_or_tables_beside_then_the_application_uses_the_same_tables(
    session: boto3.Session, only_looks: Callable[[Recovery, datetime], None]
) -> None:
    environment = Environment(session, only_looks.__name__)
    only_looks(environment.recovery, MOMENT)
    assert environment.read() == environment.table("jobs")
    assert environment.stack.parameters()["Maintenance"] == "false"
    there = environment.table("jobs", 2) in environment.dynamodb.list_tables()["TableNames"]
    assert there == (only_looks is Recovery.beside)
