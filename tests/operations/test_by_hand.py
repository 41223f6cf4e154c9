"""What `status` says of what somebody switched or moved by hand, on the AWS stand-in."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from operations import by_hand
from operations.stack import Stack
from tests.support.template import FUNCTION as FUNCTION_TYPE
from tests.support.template import resources

TEMPLATE = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: khaya-notices-dev}}
  Notices:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: khaya-notices-dev
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "def handler(event, context): return 1"}
  NoticesVersion: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Notices}}
  NoticesAlias:
    Type: AWS::Lambda::Alias
    Properties: {Name: live, FunctionName: !Ref Notices, FunctionVersion: !GetAtt NoticesVersion.Version}
  NoticesQueue:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Queue.Arn, FunctionName: !Ref NoticesAlias}
  Hourly:
    Type: AWS::Scheduler::Schedule
    Properties:
      Name: khaya-hourly-dev
      ScheduleExpression: rate(1 hour)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !Ref NoticesAlias, RoleArn: !GetAtt Role.Arn}
"""
FUNCTION = "khaya-notices-dev"


@pytest.fixture(scope="module")
def stack(session: boto3.Session) -> Stack:
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(StackName="khaya-dev", TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName="khaya-dev", WaiterConfig={"Delay": 1})
    return Stack(session, "khaya-dev")


@pytest.fixture
def functions(session: boto3.Session) -> Any:
    return session.client("lambda")


def said(session: boto3.Session, stack: Stack, **parameters: str) -> list[str]:
    return list(by_hand.lines(session, stack, parameters))


def test_given_a_stack_as_it_was_deployed_then_nothing_is_said(session: boto3.Session, stack: Stack) -> None:
    assert said(session, stack) == []


def test_given_a_mapping_that_was_switched_off_then_it_is_named_unless_maintenance_did_it(
    session: boto3.Session, stack: Stack, functions: Any
) -> None:
    mapping = stack.physical("NoticesQueue")
    functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    assert said(session, stack) == [f"NoticesQueue: khaya-notices-dev is not consumed, its mapping {mapping} is off"]
    assert said(session, stack, Maintenance="true") == []
    functions.update_event_source_mapping(UUID=mapping, Enabled=True)
    assert said(session, stack) == []


def test_given_a_schedule_that_was_switched_off_then_it_is_named(session: boto3.Session, stack: Stack) -> None:
    schedules: Any = session.client("scheduler")
    found = schedules.get_schedule(Name="khaya-hourly-dev")
    kept = {name: found[name] for name in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
    schedules.update_schedule(**kept, State="DISABLED")
    assert said(session, stack) == ["Hourly: the schedule khaya-hourly-dev is off"]
    schedules.update_schedule(**kept, State="ENABLED")
    assert said(session, stack) == []


def test_a_schedule_that_a_parameter_switches_is_named_only_if_the_parameter_is_on() -> None:
    schedules = {
        f"{function}{name}": str(event["Properties"].get("State"))
        for function, one in resources(FUNCTION_TYPE).items()
        for name, event in one.get("Events", {}).items()
        if event["Type"] == "ScheduleV2"
    }
    assert {name for name, state in schedules.items() if "'Works'" not in state} == {*by_hand.OPTIONAL}


def test_given_an_alias_that_was_moved_then_both_versions_are_named(
    session: boto3.Session, stack: Stack, functions: Any
) -> None:
    functions.update_function_configuration(FunctionName=FUNCTION, Environment={"Variables": {"BIDS_TABLE": "wrong"}})
    version = functions.publish_version(FunctionName=FUNCTION)["Version"]
    functions.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version)
    assert said(session, stack) == [f"{FUNCTION}: live serves version {version}, the stack made 1"]
    assert said(session, stack, Maintenance="true") == said(session, stack)
    functions.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion="1")
    assert said(session, stack) == []
